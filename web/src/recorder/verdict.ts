import type { Answer } from './server'

/** What an answer means for the piece that was sent. */
export type Verdict = 'accepted' | 'again' | 'sign-in' | 'not-yet' | 'open-first' | 'pieces-missing' | 'refused'

export type Piece = 'session' | 'segment' | 'marks' | 'received' | 'end' | 'disavowal'

/** Null is no answer at all. What may pass by itself is asked again for ever; what will not is stopped and shown. */
export function verdict(piece: Piece, answer: Answer | null): Verdict {
  if (answer === null) return 'again'
  const { status, problem } = answer
  if (status >= 200 && status < 300) return 'accepted'
  if (status === 403 && piece === 'session') return 'not-yet' // an agreement or an approval is missing
  if (status === 401 || status === 403) return 'sign-in'
  if (status === 409 && problem === 'pieces-missing') return 'pieces-missing'
  if (status === 404 && piece === 'disavowal') return 'accepted'
  if (status === 404 && piece !== 'session') return 'open-first'
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'again'
  return 'refused'
}
