export interface Loss {
  /** The first sample after the loss, in the count as it was without the lost ones. */
  at: number
  count: number
}

const CERTAIN_AFTER_MS = 3000
/** Longer without a sighting, and this thread stood still: it may have to catch up first. */
const STOOD_STILL_MS = 1000
const LEAST_MS = 20
/** Two clocks may differ by this much (500 ppm) without anything being lost. */
const DRIFT_MS_PER_S = 0.5

/**
 * Finds samples that were lost before they came here, by a clock: after a loss the count is behind it by the loss's
 * length, for ever, while a busy thread is behind only until it has caught up. The clock may be the device's, that of
 * the arrivals, or what the track says that it has delivered.
 */
export class LossWatch {
  #rateHz: number
  #floor: { atMs: number; offsetMs: number } | null = null
  #inTimeSamples = 0
  #late: { sinceMs: number; lastMs: number; leastMs: number } | null = null

  constructor(rateHz: number) {
    this.#rateHz = rateHz
  }

  /** When the clock stood at `atMs`, `samples` had come; answers a loss that is now certain. */
  saw(atMs: number, samples: number): Loss | null {
    const lateMs = this.#lateMs(atMs, samples)
    if (lateMs <= LEAST_MS) {
      this.#inTime(samples)
      return null
    }
    if (this.#late === null || atMs - this.#late.lastMs > STOOD_STILL_MS) {
      this.#late = { sinceMs: atMs, lastMs: atMs, leastMs: lateMs }
    }
    const { sinceMs, leastMs } = this.#late
    this.#late = { sinceMs, lastMs: atMs, leastMs: Math.min(leastMs, lateMs) }
    if (atMs - sinceMs < CERTAIN_AFTER_MS) return null
    const loss = { at: this.#inTimeSamples, count: Math.round((this.#late.leastMs / 1000) * this.#rateHz) }
    this.#inTime(samples + loss.count)
    return loss
  }

  /** Against the truest sighting so far. */
  #lateMs(atMs: number, samples: number): number {
    const offsetMs = atMs - (samples / this.#rateHz) * 1000
    const floorMs =
      this.#floor === null ? Infinity : this.#floor.offsetMs + ((atMs - this.#floor.atMs) / 1000) * DRIFT_MS_PER_S
    if (offsetMs > floorMs) return offsetMs - floorMs
    this.#floor = { atMs, offsetMs }
    return 0
  }

  #inTime(samples: number): void {
    this.#inTimeSamples = samples
    this.#late = null
  }
}
