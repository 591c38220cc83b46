import { concatenate } from './pcm'

export interface CutSegment {
  n: number
  firstSample: number
  samples: Int16Array<ArrayBuffer>
}

/** Who hears of the samples of a recording as they are cut. */
export interface CutterListener {
  /** Samples that were added to the end of segment `n`. */
  added(n: number, samples: Int16Array): void
  /** Segment `n`, still open, was changed inside and is now these samples. */
  changed(n: number, samples: Int16Array): void
  /** A segment is complete; the next one starts exactly where it stops. */
  cut(segment: CutSegment): void
}

/** Cuts one stream of samples into numbered segments of one length; only the last may be shorter. */
export class SegmentCutter {
  #segmentSamples: number
  #listener: CutterListener
  #n = 0
  #firstSample = 0
  #open: Int16Array[] = []
  #openSamples = 0

  constructor(segmentSamples: number, listener: CutterListener) {
    this.#segmentSamples = segmentSamples
    this.#listener = listener
  }

  /** Samples taken so far. */
  get position(): number {
    return this.#firstSample + this.#openSamples
  }

  append(samples: Int16Array): void {
    for (let at = 0; at < samples.length; ) {
      const room = this.#segmentSamples - this.#openSamples
      const piece = samples.subarray(at, at + room)
      at += piece.length
      this.#open.push(piece)
      this.#openSamples += piece.length
      this.#listener.added(this.#n, piece)
      if (this.#openSamples === this.#segmentSamples) this.cut()
    }
  }

  /**
   * Puts `count` silent samples before sample `at`, and answers where they went: samples of segments that were cut
   * already cannot move, so the silence goes to the start of the open one at the earliest.
   */
  insertSilence(at: number, count: number): number {
    const from = Math.min(this.position, Math.max(this.#firstSample, at))
    const open = concatenate(this.#open)
    const tail = open.subarray(from - this.#firstSample)
    this.#open = [open.subarray(0, from - this.#firstSample)]
    this.#openSamples = from - this.#firstSample
    this.#listener.changed(this.#n, this.#open[0]!)
    this.append(new Int16Array(count))
    this.append(tail)
    return from
  }

  /** Completes the open segment, however short; nothing when it is empty. */
  cut(): void {
    if (this.#openSamples === 0) return
    const segment = { n: this.#n, firstSample: this.#firstSample, samples: concatenate(this.#open) }
    this.#n++
    this.#firstSample += this.#openSamples
    this.#open = []
    this.#openSamples = 0
    this.#listener.cut(segment)
  }
}
