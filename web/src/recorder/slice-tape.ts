import type { Ledger } from './ledger'

/**
 * A recording made by MediaRecorder: slices of one coded stream, of which the first has the header. Nobody counts its
 * samples here, so that positions and declared counts come from the clock.
 */
export class SliceTape {
  #ledger: Ledger
  #rateHz: number
  #mediaType: string
  #startedMs: number
  #n = 0
  #position = 0

  constructor(ledger: Ledger, options: { rateHz: number; mediaType: string; startedMs: number }) {
    this.#ledger = ledger
    this.#rateHz = options.rateHz
    this.#mediaType = options.mediaType
    this.#startedMs = options.startedMs
  }

  /** Samples in the slices so far, by the clock. */
  get position(): number {
    return this.#position
  }

  sampleAt(atMs: number): number {
    return Math.max(0, Math.round(((atMs - this.#startedMs) / 1000) * this.#rateHz))
  }

  /** The stream's next bytes, which end at what was heard at `atMs`. */
  slice(bytes: Uint8Array<ArrayBuffer>, atMs: number): void {
    const firstSample = this.#position
    const samples = Math.max(1, this.sampleAt(atMs) - firstSample)
    const n = this.#n++
    this.#position += samples
    this.#ledger.segment(() => ({ n, firstSample, samples, mediaType: this.#mediaType, bytes, frames: [] }))
  }
}
