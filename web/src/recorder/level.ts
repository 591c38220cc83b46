import type { Level } from './types'

const SILENCE_DB = -100
const FULL_SCALE = 32767
const FLOOR_WINDOWS = 100

/** Measures tenths of a second of samples. */
export class LevelMeter {
  #windowSamples: number
  #count = 0
  #squares = 0
  #peak = 0
  #clipped = 0
  #recent: number[] = []

  constructor(rateHz: number) {
    this.#windowSamples = Math.round(rateHz / 10)
  }

  /** The level of the tenth of a second that these samples complete, or null while it is incomplete. */
  measure(samples: Int16Array): Level | null {
    let level: Level | null = null
    for (const sample of samples) {
      const size = Math.abs(sample)
      if (size > this.#peak) this.#peak = size
      if (size >= FULL_SCALE) this.#clipped++
      this.#squares += size * size
      if (++this.#count === this.#windowSamples) level = this.#complete()
    }
    return level
  }

  #complete(): Level {
    const rmsDb = decibels(Math.sqrt(this.#squares / this.#count))
    const peakDb = decibels(this.#peak)
    this.#recent.push(rmsDb)
    if (this.#recent.length > FLOOR_WINDOWS) this.#recent.shift()
    this.#count = 0
    this.#squares = 0
    this.#peak = 0
    return { rmsDb, peakDb, clippedSamples: this.#clipped, noiseFloorDb: Math.min(...this.#recent) }
  }
}

function decibels(amplitude: number): number {
  return Math.max(SILENCE_DB, 20 * Math.log10(amplitude / 32768))
}
