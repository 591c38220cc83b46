/**
 * Says which sample the microphone was delivering at a moment.
 *
 * Time is the count of samples. A packet can only arrive late, never early, so the smallest (arrival − samples / rate)
 * of the last two seconds is the truest relation between the two; a busy thread only adds larger ones.
 */
export class SampleClock {
  readonly rateHz: number
  #windowMs: number
  #offsets: { atMs: number; offsetMs: number }[] = []

  constructor(rateHz: number, windowMs = 2000) {
    this.rateHz = rateHz
    this.#windowMs = windowMs
  }

  /** `samples` is the count of all samples delivered up to and including the packet that arrived at `atMs`. */
  arrived(atMs: number, samples: number): void {
    const offsetMs = atMs - (samples / this.rateHz) * 1000
    while (this.#offsets.length > 0 && this.#offsets.at(-1)!.offsetMs >= offsetMs) this.#offsets.pop()
    this.#offsets.push({ atMs, offsetMs })
    while (this.#offsets[0]!.atMs < atMs - this.#windowMs) this.#offsets.shift()
  }

  /** Not clamped to what was delivered: the sample may still be on its way. Null before the first packet. */
  sampleAt(atMs: number): number | null {
    const truest = this.#offsets[0]
    if (truest === undefined) return null
    return Math.max(0, Math.round(((atMs - truest.offsetMs) * this.rateHz) / 1000))
  }
}
