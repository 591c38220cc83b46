import { encodeFlac } from './flac'
import type { Tape } from './intake'
import { FLAC, type Ledger, type NewSegment } from './ledger'
import type { SampleLog } from './sample-log'
import { SegmentCutter, type CutSegment } from './segment-cutter'

type Gap = [fromSample: number, count: number]

/** A recording's samples on their way to this device's disk: to the log at once, as whole segments to the store. */
export class PcmTape implements Tape {
  #ledger: Ledger
  #cutter: SegmentCutter
  #gaps: Gap[] = []

  constructor(ledger: Ledger, log: SampleLog, options: { rateHz: number; segmentMs: number }) {
    const { rateHz, segmentMs } = options
    const name = (n: number) => ({ sessionId: ledger.sessionId, n, rateHz })
    this.#ledger = ledger
    this.#cutter = new SegmentCutter(Math.round((rateHz * segmentMs) / 1000), {
      added: (n, samples) => log.append(name(n), samples),
      changed: (n, samples) => log.replace(name(n), samples),
      cut: (segment) =>
        ledger.segment(
          () => flacSegment(segment, rateHz),
          () => void log.drop(name(segment.n)),
        ),
    })
  }

  append(samples: Int16Array): void {
    this.#cutter.append(samples)
  }

  insertSilence(at: number, count: number): void {
    this.#gaps = withSilence(this.#gaps, this.#cutter.insertSilence(at, count), count)
    this.#ledger.gaps(this.#gaps)
  }

  /** The last segment, however short. */
  finish(): void {
    this.#cutter.cut()
  }
}

/** The gaps, in order and apart from each other, after `count` silent samples were put in at sample `from`. */
function withSilence(gaps: readonly Gap[], from: number, count: number): Gap[] {
  const before = gaps.filter(([at, length]) => at + length < from)
  const after = gaps.filter(([at]) => at > from)
  const [at, length] = gaps.find(([at, length]) => at <= from && from <= at + length) ?? [from, 0]
  return [...before, [at, length + count], ...after.map(([at, length]): Gap => [at + count, length])]
}

export function flacSegment({ n, firstSample, samples }: CutSegment, rateHz: number): NewSegment {
  return { n, firstSample, samples: samples.length, mediaType: FLAC, ...encodeFlac(samples, rateHz) }
}
