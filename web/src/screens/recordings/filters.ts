/** Which of one's recordings are shown, as the address says it. */
import type { SessionQuery, SessionState } from '../../api'

export const KINDS = ['all', 'under-way', 'published', 'trouble'] as const
export type Kind = (typeof KINDS)[number]

export function kindOf(wish: string | null): Kind {
  return KINDS.find((kind) => kind === wish) ?? 'all'
}

/** What the server is asked for; deleted ones are never shown. */
export function queryOf(kind: Kind, textId: string | null): SessionQuery {
  const text = textId === null ? {} : { text_id: textId }
  switch (kind) {
    case 'under-way':
      return { ...text, state: ['active', 'ended', 'aggregated'] }
    case 'published':
      return { ...text, state: ['uploaded'] }
    case 'trouble':
      return { ...text, state: LIVING, trouble: 'true' }
    case 'all':
      return { ...text, state: LIVING }
  }
}

const LIVING: SessionState[] = ['active', 'ended', 'aggregated', 'uploaded']
