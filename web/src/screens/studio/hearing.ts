/** What the microphone's level means in plain words. Decibels below full scale. */
import type { Level } from '../../recorder/types'

export type Hearing = 'waiting' | 'silent' | 'quiet' | 'good' | 'loud' | 'noisy'

const WINDOW_MS = 3000
const FLOOR_KNOWN_MS = 6000 // before that the quietest moment may still be a word
const NO_SOUND_DB = -66 // a muted or dead device; a quiet room lies above
const QUIET_DB = -30 // the loudest sample; the loudest tenth of a second lies some 10 dB lower
const QUIET_RMS_DB = -42
const LOUD_DB = -1
const NOISY_DB = -42
const CLEAR_OF_NOISE_DB = 35
const SPEECH_OVER_NOISE_DB = 12

interface Heard {
  atMs: number
  rmsDb: number
  peakDb: number
  clipped: number
}

/** Of the last three seconds, but for the noise, which is that of the last ten. */
export interface Measured {
  /** The loudest tenth of a second. */
  rmsDb: number
  peakDb: number
  noiseFloorDb: number
  clippedSamples: number
}

/** Listens for some seconds before it says anything, so that a pause between words changes nothing. */
export class Hearer {
  #heard: Heard[] = []
  #clippedSamples = 0
  #sinceMs: number | null = null
  measured: Measured | null = null

  hear(level: Level, nowMs: number): Hearing {
    this.#sinceMs ??= nowMs
    const clipped = Math.max(0, level.clippedSamples - this.#clippedSamples)
    this.#clippedSamples = level.clippedSamples
    this.#heard.push({ atMs: nowMs, rmsDb: level.rmsDb, peakDb: level.peakDb, clipped })
    this.#heard = this.#heard.filter((heard) => nowMs - heard.atMs <= WINDOW_MS)
    this.measured = {
      rmsDb: Math.max(...this.#heard.map((heard) => heard.rmsDb)),
      peakDb: Math.max(...this.#heard.map((heard) => heard.peakDb)),
      noiseFloorDb: level.noiseFloorDb,
      clippedSamples: this.#heard.reduce((sum, heard) => sum + heard.clipped, 0),
    }
    return judged(this.measured, nowMs - this.#sinceMs)
  }
}

function judged({ rmsDb, peakDb, noiseFloorDb, clippedSamples }: Measured, listenedMs: number): Hearing {
  if (peakDb > LOUD_DB || clippedSamples > 0) return 'loud'
  if (listenedMs < WINDOW_MS / 2) return 'waiting'
  if (peakDb < NO_SOUND_DB) return 'silent'
  const covered = noiseFloorDb > NOISY_DB && peakDb < noiseFloorDb + CLEAR_OF_NOISE_DB
  if (covered && listenedMs >= FLOOR_KNOWN_MS) return 'noisy'
  if (peakDb < noiseFloorDb + SPEECH_OVER_NOISE_DB) return 'waiting' // nobody speaks
  return peakDb < QUIET_DB || rmsDb < QUIET_RMS_DB ? 'quiet' : 'good'
}

/** Where a level stands between silence and full scale, 0 to 1, as a meter draws it. */
export function meterShare(db: number): number {
  return Math.min(1, Math.max(0, (db + 60) / 60))
}
