export interface Loss {
  /** The first sample after the loss, in the count as it was without the lost ones. */
  at: number
  count: number
}

const WINDOW_MS = 3000
const LEAST_MS = 20
/** Two clocks may differ by this much (500 ppm) without anything being lost. */
const DRIFT_MS_PER_S = 0.5

/**
 * Finds samples that were lost before they came here, by the clock: after a loss every packet is late by its length,
 * for ever, while a busy thread delays packets only until it has caught up. The clock is the device's where it tells,
 * else that of the arrivals.
 */
export class LossWatch {
  #rateHz: number
  #packets: { atMs: number; firstSample: number; offsetMs: number }[] = []
  #floor: { atMs: number; offsetMs: number } | null = null
  #startedMs: number | null = null

  constructor(rateHz: number) {
    this.#rateHz = rateHz
  }

  /** A packet came whose last sample brings the count to `samples`; answers a loss that is now certain. */
  arrived(atMs: number, samples: number, packetSamples: number): Loss | null {
    const offsetMs = atMs - (samples / this.#rateHz) * 1000
    this.#startedMs ??= atMs
    this.#packets.push({ atMs, firstSample: samples - packetSamples, offsetMs })
    while (this.#packets[0]!.atMs < atMs - WINDOW_MS) this.#packets.shift()
    const floorMs = this.#floorMs(atMs)
    if (offsetMs <= floorMs) this.#floor = { atMs, offsetMs }
    if (atMs - this.#startedMs < WINDOW_MS) return null
    const lateMs = this.#packets.reduce((least, packet) => Math.min(least, packet.offsetMs), Infinity) - floorMs
    return lateMs > LEAST_MS ? this.#declare(lateMs) : null
  }

  #floorMs(atMs: number): number {
    if (this.#floor === null) return Infinity
    return this.#floor.offsetMs + ((atMs - this.#floor.atMs) / 1000) * DRIFT_MS_PER_S
  }

  #declare(lateMs: number): Loss {
    const at = this.#packets[0]!.firstSample // the last packet in time has just left the window
    this.#packets = []
    this.#startedMs = null
    return { at, count: Math.round((lateMs / 1000) * this.#rateHz) }
  }
}
