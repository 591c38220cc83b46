import { LevelMeter } from './level'
import { LossWatch } from './loss-watch'
import { SampleClock } from './sample-clock'
import type { Level } from './types'

const PRE_ROLL_MS = 2000
const STOP_PATIENCE_MS = 500
const COUNTS_KEPT_MS = 3000
const PROMPT_MS = 50

/** What takes a recording's samples. */
export interface Tape {
  append(samples: Int16Array): void
  insertSilence(at: number, count: number): void
}

/**
 * Counts everything that an open microphone delivers, and passes on what lies between "record" and "stop".
 *
 * The device runs before a recording starts, so that starting only says from which sample; the last two seconds are
 * kept for a start that a busy page reports late.
 */
export class Intake {
  readonly rateHz: number
  level: Level | null = null
  lostSamples = 0
  lastPacketMs: number
  #clock: SampleClock
  #meter: LevelMeter
  #losses: LossWatch
  #undelivered: LossWatch
  #delivered = 0
  #counts: { atMs: number; delivered: number }[] = []
  #preRoll: Int16Array[] = []
  #preRollSamples = 0
  #tape: Tape | null = null
  #firstSample = 0
  #position = 0
  #waitingForStop: { sample: number; resolve: () => void } | null = null

  constructor(rateHz: number, nowMs: number) {
    this.rateHz = rateHz
    this.lastPacketMs = nowMs
    this.#clock = new SampleClock(rateHz)
    this.#meter = new LevelMeter(rateHz)
    this.#losses = new LossWatch(rateHz)
    this.#undelivered = new LossWatch(rateHz)
  }

  /**
   * Samples that arrived at `atMs`, by the device's own clock at `deviceMs`, where it tells; true when they completed
   * a new level.
   */
  deliver(samples: Int16Array, atMs: number, deviceMs = atMs): boolean {
    this.#delivered += samples.length
    this.lastPacketMs = atMs
    const loss = this.#losses.saw(deviceMs, this.#delivered)
    this.#pass(samples)
    if (loss !== null) this.#fill(loss.at, loss.count)
    this.#clock.arrived(atMs, this.#delivered)
    this.#count(atMs)
    const level = this.#meter.measure(samples)
    if (level !== null) this.level = level
    return level !== null
  }

  /**
   * By `atMs` the track had delivered `deliveredMs` of sound, as it says itself: what of that never comes here is lost,
   * whatever the clocks say. Word that comes late, as `nowMs` shows, means nothing: packets wait beside it.
   */
  trackDelivered(deliveredMs: number, atMs: number, nowMs: number): void {
    if (nowMs - atMs > PROMPT_MS) return
    const counted = this.#counts.findLast((count) => count.atMs <= atMs)
    if (counted === undefined) return
    const loss = this.#undelivered.saw(deliveredMs, counted.delivered)
    if (loss !== null) this.#fill(loss.at, loss.count)
  }

  /** From here on samples go to `tape`, the first being the one that was heard at `atMs`. */
  start(tape: Tape, atMs: number): void {
    const oldest = this.#delivered - this.#preRollSamples
    const first = Math.max(oldest, Math.min(this.#delivered, this.#clock.sampleAt(atMs) ?? this.#delivered))
    this.#firstSample = first
    this.lostSamples = 0
    this.#position = this.#delivered - first
    let skip = first - oldest
    for (const packet of this.#preRoll) {
      if (skip < packet.length) tape.append(packet.subarray(skip))
      skip = Math.max(0, skip - packet.length)
    }
    this.#preRoll = []
    this.#preRollSamples = 0
    this.#tape = tape
    this.#waitingForStop = null
  }

  /** The recording's sample that was heard at `atMs`; it may still be on its way. */
  sampleAt(atMs: number): number {
    return Math.max(0, (this.#clock.sampleAt(atMs) ?? this.#delivered) - this.#firstSample)
  }

  /** Samples that went to the tape, the silence for lost ones included. */
  get position(): number {
    return this.#position
  }

  /** Waits for what was heard until `atMs`, as long as anything comes, and lets the tape go. */
  async stop(atMs: number): Promise<void> {
    const tape = this.#tape
    if (tape === null) return
    const sample = this.sampleAt(atMs)
    for (let heard = -1; this.#tape === tape && this.position < sample && heard !== this.#delivered; ) {
      heard = this.#delivered
      await new Promise<void>((resolve) => {
        this.#waitingForStop = { sample, resolve }
        setTimeout(resolve, STOP_PATIENCE_MS)
      })
    }
    if (this.#tape !== null && this.#tape !== tape) return // something else was begun meanwhile
    this.#waitingForStop = null
    this.#tape = null
  }

  #pass(samples: Int16Array): void {
    if (this.#tape === null) {
      this.#remember(samples)
      return
    }
    this.#tape.append(samples)
    this.#position += samples.length
    if (this.#waitingForStop !== null && this.position >= this.#waitingForStop.sample) {
      this.#tape = null
      this.#waitingForStop.resolve()
    }
  }

  #remember(samples: Int16Array): void {
    this.#preRoll.push(samples)
    this.#preRollSamples += samples.length
    const most = (this.rateHz * PRE_ROLL_MS) / 1000
    while (this.#preRollSamples - this.#preRoll[0]!.length >= most) this.#preRollSamples -= this.#preRoll.shift()!.length
  }

  #count(atMs: number): void {
    this.#counts.push({ atMs, delivered: this.#delivered })
    while (this.#counts[0]!.atMs < atMs - COUNTS_KEPT_MS) this.#counts.shift()
  }

  #fill(at: number, count: number): void {
    this.#delivered += count
    this.#counts = [] // they know nothing of what was filled in, which would be missed again
    if (this.#tape === null) {
      this.#preRoll = [] // a hole in what was not asked for needs no silence
      this.#preRollSamples = 0
      return
    }
    if (at < this.#firstSample) {
      this.#firstSample += count // it lay before the recording
      return
    }
    this.lostSamples += count
    this.#position += count
    this.#tape.insertSilence(at - this.#firstSample, count)
  }
}
