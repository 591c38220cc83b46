/** What a list of texts is to show, as its address says it. */
export const SCOPES = ['all', 'public', 'mine'] as const
export const KINDS = ['prose', 'file', 'article', 'page'] as const
export const SORTS = ['newest', 'title', 'shortest'] as const
/** Minutes that reading a text aloud takes at most. */
export const LENGTHS = ['5', '15', '60'] as const
const WORDS_A_MINUTE = 120

export interface Wanted {
  q: string
  scope: (typeof SCOPES)[number]
  language: string | null
  kind: (typeof KINDS)[number] | null
  minutes: (typeof LENGTHS)[number] | null
  sort: (typeof SORTS)[number]
}

/** A word that the address has and nobody knows counts as none. */
export function wantedOf(query: URLSearchParams): Wanted {
  return {
    q: query.get('q') ?? '',
    scope: one(SCOPES, query.get('scope')) ?? 'all',
    language: query.get('language'),
    kind: one(KINDS, query.get('kind')),
    minutes: one(LENGTHS, query.get('minutes')),
    sort: one(SORTS, query.get('sort')) ?? 'newest',
  }
}

/** What the server is asked for. */
export function askedFor(wanted: Wanted): Record<string, string | null> {
  return {
    q: wanted.q.trim() || null,
    scope: wanted.scope,
    language: wanted.language,
    kind: wanted.kind,
    max_words: wanted.minutes === null ? null : String(Number(wanted.minutes) * WORDS_A_MINUTE),
    sort: wanted.sort,
  }
}

/** How many of the choices that are folded away are made. */
export function filtersIn(wanted: Wanted): number {
  return [wanted.language, wanted.kind, wanted.minutes].filter((choice) => choice !== null).length
}

/** Whether the list is all that there is. */
export function isAll(wanted: Wanted): boolean {
  return wanted.q.trim() === '' && wanted.scope === 'all' && filtersIn(wanted) === 0
}

function one<Choice extends string>(choices: readonly Choice[], word: string | null): Choice | null {
  return choices.find((choice) => choice === word) ?? null
}
