import { encodeFlac } from './flac'
import { joinedFrames, joinedHeader } from './flac-join'
import type { Tape } from './intake'
import { FLAC } from './ledger'
import { concatenate } from './pcm'

/** A few seconds that are heard once and kept nowhere: how the microphone sounds, as a recording would have it. */
export class Snippet implements Tape {
  #pieces: Int16Array[] = []

  append(samples: Int16Array): void {
    this.#pieces.push(samples)
  }

  insertSilence(at: number, count: number): void {
    const whole = concatenate(this.#pieces)
    this.#pieces = [whole.subarray(0, at), new Int16Array(count), whole.subarray(at)]
  }

  audio(rateHz: number): Blob {
    const samples = concatenate(this.#pieces)
    const frames = joinedFrames({ ...encodeFlac(samples, rateHz), firstSample: 0 }, rateHz)
    return new Blob([joinedHeader(rateHz, samples.length), frames], { type: FLAC })
  }
}
