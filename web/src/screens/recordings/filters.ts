/** Which of one's recordings are shown, as the address says it. */
import type { Session, SessionQuery, SessionState } from '../../api'

export const KINDS = ['all', 'under-way', 'published', 'trouble'] as const
export type Kind = (typeof KINDS)[number]

export function kindOf(wish: string | null): Kind {
  return KINDS.find((kind) => kind === wish) ?? 'all'
}

/** What the server is asked for. */
export function queryOf(kind: Kind, textId: string | null): SessionQuery {
  const text = textId === null ? {} : { text_id: textId }
  switch (kind) {
    case 'under-way':
      return { ...text, state: ['active', 'ended', 'aggregated'] }
    case 'published':
      return { ...text, state: ['uploaded'] }
    case 'trouble':
      return { ...text, state: [...LIVING, 'discarded'], trouble: 'true' }
    case 'all':
      return { ...text, state: LIVING }
  }
}

/** Deleted ones are not, save that one is told of what came to nothing without being asked. */
export function isShown({ state, problem }: Pick<Session, 'state' | 'problem'>): boolean {
  return state !== 'discarded' || problem === 'empty'
}

const LIVING: SessionState[] = ['active', 'ended', 'aggregated', 'uploaded']
