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
    this.#inTurn(async () => {
      await storeSegment(this.#parts.store, this.sessionId, make())
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

  /** The device took no more; what it did not take lies in the log at best. */
  get broken(): boolean {
    return this.#broken
  }

  failed(error: unknown): void {
    this.#broken = true
    this.#parts.failed(error)
  }

  /** Everything that was asked for is in the store when this resolves. */
  settled(): Promise<void> {
    return this.#work
  }

  /** One after the other, and none after one that failed: segment n is never stored without segment n - 1. */
  #inTurn(step: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#broken) return
      try {
        await step()
      } catch (error) {
        this.failed(error)
      }
    })
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
