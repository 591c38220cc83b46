import type { StoredMark } from './stored'
import type { LocalCue } from './types'

/** Which stretch of the recording holds which sentence, as the server will see it; a take without audio is none. */
export function cuesOf(marks: readonly StoredMark[], rateHz: number, samples: number): LocalCue[] {
  const cues: LocalCue[] = []
  let start = 0
  let startsBeforeAgain: number[] = []
  for (const { kind, paragraph, sentence, ...mark } of marks) {
    const atSample = Math.min(mark.atSample, samples) // as the marks are frozen
    if (kind === 'again') {
      startsBeforeAgain.push(start)
      start = atSample
    } else if (kind === 'undo') {
      start = startsBeforeAgain.pop() ?? start
    } else {
      if (kind === 'read' && atSample > start) {
        cues.push({ startMs: toMs(start, rateHz), endMs: toMs(atSample, rateHz), place: { paragraph, sentence } })
      }
      start = atSample
      startsBeforeAgain = []
    }
  }
  return cues
}

function toMs(samples: number, rateHz: number): number {
  return Math.round((samples / rateHz) * 1000)
}
