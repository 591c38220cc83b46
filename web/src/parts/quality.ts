/** Measures of a recording in words that whoever read it understands. */
import type { Session, SessionMeasures } from '../api'
import type { RecordingsKey } from '../i18n/recordings'

/** What is measured, the word for it where there is one, and the figure. */
export interface PlainMeasure {
  name: RecordingsKey
  word: RecordingsKey | null
  figure: RecordingsKey
  value: number
}

type Judged = Pick<Session, 'verdict' | 'reasons'>
type Grade = 'good' | 'usable' | 'doubtful'

/** Below which the server says "quiet" and "noisy", and where it is sure of it. */
const QUIET_LUFS = { usable: -38, doubtful: -48 }
const NOISY_DB = { usable: 30, doubtful: 15 }

/** The measures that say something; what could not be measured is left out. */
export function plainMeasures(measures: SessionMeasures, session: Judged): PlainMeasure[] {
  const told: (PlainMeasure | null)[] = [
    given(measures.integrated_lufs, (value) => ({
      name: 'quality.volume',
      word: `volume.${graded(value, QUIET_LUFS)}`,
      figure: 'quality.loudness',
      value,
    })),
    given(measures.signal_to_noise_db, (value) => ({
      name: 'quality.room',
      word: `room.${graded(value, NOISY_DB)}`,
      figure: 'quality.decibels',
      value: Math.round(value),
    })),
    {
      name: 'quality.clipped',
      word: session.reasons.includes('clipped') ? 'quality.clipped-usable' : 'quality.clipped-good',
      figure: 'quality.samples',
      value: measures.clipped_samples,
    },
    { name: 'quality.speech', word: null, figure: 'quality.percent', value: Math.round(measures.speech_ratio * 100) },
    {
      name: 'quality.silence',
      word: null,
      figure: 'quality.seconds',
      value: Math.round(measures.longest_silence_ms / 100) / 10,
    },
    given(measures.words_per_minute, (value) => ({
      name: 'quality.pace',
      word: null,
      figure: 'quality.words',
      value: Math.round(value),
    })),
  ]
  return told.filter((measure) => measure !== null)
}

function given(value: number | null, told: (value: number) => PlainMeasure): PlainMeasure | null {
  return value === null ? null : told(value)
}

function graded(value: number, limits: { usable: number; doubtful: number }): Grade {
  if (value <= limits.doubtful) return 'doubtful'
  return value <= limits.usable ? 'usable' : 'good'
}
