import type { StoredMark } from './stored'
import type { LocalCue } from './types'

/** Which stretch of the recording holds which sentence, as the server will see it: the last take of each counts. */
export function cuesOf(marks: readonly StoredMark[], rateHz: number): LocalCue[] {
  const cues: LocalCue[] = []
  let start = 0
  let startsBeforeAgain: number[] = []
  for (const { kind, atSample, paragraph, sentence } of marks) {
    if (kind === 'again') {
      startsBeforeAgain.push(start)
      start = atSample
    } else if (kind === 'undo') {
      start = startsBeforeAgain.pop() ?? start
    } else {
      if (kind === 'read') {
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
