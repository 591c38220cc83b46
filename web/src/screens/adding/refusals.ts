/** Which of our words stand for a refusal of the server. */
import { Problem } from '../../api'

const REASONS = ['locked', 'scan', 'damaged', 'kind', 'heavy'] as const
const PROBLEMS = [
  'unreadable-file',
  'unsupported-language',
  'site-not-allowed',
  'article-not-found',
  'ambiguous-article',
  'articles-unavailable',
  'too-large',
  'empty-text',
] as const

export type Refusal = (typeof REASONS)[number] | (typeof PROBLEMS)[number]

/** Null for what has nothing to do with the text. */
export function refusalOf(failure: unknown): Refusal | null {
  if (!(failure instanceof Problem)) return null
  return REASONS.find((reason) => reason === failure.facts['reason']) ?? PROBLEMS.find((slug) => slug === failure.slug) ?? null
}
