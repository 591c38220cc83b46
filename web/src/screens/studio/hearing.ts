/** What the microphone's level means in plain words. Decibels below full scale. */
import type { Level } from '../../recorder/types'

export type Hearing = 'waiting' | 'silent' | 'quiet' | 'good' | 'loud' | 'noisy'

const WINDOW_MS = 3000
const FLOOR_KNOWN_MS = 6000 // before that the quietest moment may still be a word
const NO_SOUND_DB = -66 // a muted or dead device; a quiet room lies above
const QUIET_DB = -30
const LOUD_DB = -1
const NOISY_DB = -42
const CLEAR_OF_NOISE_DB = 35
const SPEECH_OVER_NOISE_DB = 12

interface Heard {
  atMs: number
  peakDb: number
  clipped: boolean
}

/** Listens for some seconds before it says anything, so that a pause between words changes nothing. */
export class Hearer {
  #heard: Heard[] = []
  #clippedSamples = 0
  #sinceMs: number | null = null

  hear(level: Level, nowMs: number): Hearing {
    this.#sinceMs ??= nowMs
    const clipped = level.clippedSamples > this.#clippedSamples
    this.#clippedSamples = level.clippedSamples
    this.#heard.push({ atMs: nowMs, peakDb: level.peakDb, clipped })
    this.#heard = this.#heard.filter((heard) => nowMs - heard.atMs <= WINDOW_MS)
    return this.#judged(level.noiseFloorDb, nowMs - this.#sinceMs)
  }

  #judged(noiseFloorDb: number, listenedMs: number): Hearing {
    const peakDb = Math.max(...this.#heard.map((heard) => heard.peakDb))
    if (peakDb > LOUD_DB || this.#heard.some((heard) => heard.clipped)) return 'loud'
    if (listenedMs < WINDOW_MS / 2) return 'waiting'
    if (peakDb < NO_SOUND_DB) return 'silent'
    const covered = noiseFloorDb > NOISY_DB && peakDb < noiseFloorDb + CLEAR_OF_NOISE_DB
    if (covered && listenedMs >= FLOOR_KNOWN_MS) return 'noisy'
    if (peakDb < noiseFloorDb + SPEECH_OVER_NOISE_DB) return 'waiting' // nobody speaks
    return peakDb < QUIET_DB ? 'quiet' : 'good'
  }
}

/** Where a level stands between silence and full scale, 0 to 1, as a meter draws it. */
export function meterShare(db: number): number {
  return Math.min(1, Math.max(0, (db + 60) / 60))
}
