/** Hebrew points (nikud) and accents (cantillation), which a reader may want out of sight. The text stays as it is. */
import type { Paragraphs } from './places'

/** What is not to be seen. */
export interface Hidden {
  points: boolean
  accents: boolean
}

const POINTS = /[\u05b0-\u05bd\u05c1\u05c2\u05c7]/g
const ACCENTS = /[\u0591-\u05af]/g
const SPELT_WITH_POINTS: ReadonlySet<string> = new Set(['yi', 'ji'])

/** What a text has that may be hidden: points in Yiddish are spelling, and stay. */
export function pointingOf(paragraphs: Paragraphs, language: string): Hidden {
  const has = (marks: RegExp): boolean => paragraphs.some((sentences) => sentences.some((words) => words.search(marks) >= 0))
  const isSpelling = SPELT_WITH_POINTS.has(language.toLowerCase().split('-')[0] ?? '')
  return { points: !isSpelling && has(POINTS), accents: has(ACCENTS) }
}

export function without(words: string, hidden: Hidden): string {
  const unpointed = hidden.points ? words.replace(POINTS, '') : words
  return hidden.accents ? unpointed.replace(ACCENTS, '') : unpointed
}
