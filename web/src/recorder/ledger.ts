import type { Store } from './store'
import type { StoredSegment } from './stored'
import type { MarkKind, Place } from './types'

export const FLAC = 'audio/flac'

export interface LedgerParts {
  sessionId: string
  store: Store
  /** A segment or a mark is safe on this device. */
  stored: () => void
  /** The device takes no more. */
  failed: (error: unknown) => void
}

export interface NewSegment {
  n: number
  firstSample: number
  samples: number
  mediaType: string
  bytes: Uint8Array<ArrayBuffer>
  frames: number[]
}

/** Writes one recording's segments and marks into the store, in order; the same whatever the samples come from. */
export class Ledger {
  readonly sessionId: string
  marks = 0
  #parts: LedgerParts
  #lastMark = 0
  #steps: (() => Promise<void>)[] = []
  #unstored: (() => NewSegment)[] = []
  #work: Promise<void> = Promise.resolve()
  #broken = false

  constructor(parts: LedgerParts) {
    this.sessionId = parts.sessionId
    this.#parts = parts
  }

  /** Marks never go back: one that would is put onto the one before. */
  mark(kind: MarkKind, place: Place, atSample: number): void {
    this.#lastMark = Math.max(this.#lastMark, atSample)
    const mark = { sessionId: this.sessionId, n: this.marks++, kind, ...place, atSample: this.#lastMark }
    this.#inTurn(async () => {
      await this.#parts.store.addMark(mark)
      this.#parts.stored()
    })
  }

  /** `make` runs when the segments before are stored; `after` when this one is. */
  segment(make: () => NewSegment, after: () => void = () => undefined): void {
    this.#unstored.push(make)
    this.#inTurn(async () => {
      await storeSegment(this.#parts.store, this.sessionId, make())
      this.#unstored.shift()
      after()
      this.#parts.stored()
    })
  }

  gaps(gaps: readonly [fromSample: number, count: number][]): void {
    const copy = [...gaps]
    this.#inTurn(async () => {
      await this.#parts.store.changeSession(this.sessionId, (session) => {
        session.gaps = copy
      })
    })
  }

  /** Everything that was asked for is in the store when this resolves, unless the device took no more. */
  settled(): Promise<void> {
    return this.#work
  }

  /** The segments that the device did not take, in order. */
  get unstored(): NewSegment[] {
    return this.#unstored.map((make) => make())
  }

  /** Asks the device once more to take what it did not; true when everything is in the store. */
  async retry(): Promise<boolean> {
    this.#work = this.#work.then(() => {
      this.#broken = false
      return this.#go()
    })
    await this.#work
    return !this.#broken
  }

  /**
   * One after the other, and none after one that failed: segment n is never stored without segment n - 1. What failed
   * and what came after it waits for a retry.
   */
  #inTurn(step: () => Promise<void>): void {
    this.#steps.push(step)
    this.#work = this.#work.then(() => this.#go())
  }

  async #go(): Promise<void> {
    while (!this.#broken && this.#steps.length > 0) {
      try {
        await this.#steps[0]!()
        this.#steps.shift()
      } catch (error) {
        this.#broken = true
        this.#parts.failed(error)
      }
    }
  }
}

export async function storeSegment(store: Store, sessionId: string, segment: NewSegment): Promise<void> {
  const { bytes, ...facts } = segment
  const stored: StoredSegment = { sessionId, ...facts, digest: await sha256(bytes), held: 0, stopped: 0 }
  await store.addSegment(stored, bytes)
}

/** In base64, as Content-Digest wants it. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))))
}
