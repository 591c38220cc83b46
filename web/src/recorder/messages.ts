import type { Level, LocalTake, MarkKind, PendingSession, Place, Processing, Reading, StopReason, UploadState } from './types'

/** What the page asks of its worker: each call's arguments and its answer. Moments are milliseconds since 1970. */
export interface Calls {
  useTrack: { ask: { readable: ReadableStream<AudioData> }; answer: Device }
  usePort: { ask: { port: MessagePort; rateHz: number }; answer: Device }
  useSlices: { ask: { rateHz: number; mediaType: string }; answer: Device }
  delivered: { ask: { deliveredMs: number; atMs: number }; answer: null }
  slice: { ask: { bytes: ArrayBuffer; atMs: number }; answer: null }
  tryOut: { ask: { forMs: number }; answer: Blob }
  release: { ask: null; answer: null }
  start: { ask: Start; answer: string }
  mark: { ask: { kind: MarkKind; place: Place; atMs: number }; answer: null }
  stop: { ask: { atMs: number }; answer: null }
  listen: { ask: null; answer: LocalTake }
  keep: { ask: { dropLast: number }; answer: null }
  discard: { ask: null; answer: null }
  pending: { ask: null; answer: PendingSession[] }
  finish: { ask: { sessionId: string }; answer: null }
  forget: { ask: { sessionId: string }; answer: null }
  forgetAll: { ask: null; answer: null }
  download: { ask: { sessionId: string }; answer: Blob }
  tryNow: { ask: null; answer: null }
  signedIn: { ask: { speakerId: string | null }; answer: null }
}

/** What the first data of an opened microphone showed. */
export interface Device {
  rateHz: number
  channels: number
}

export interface Start {
  sessionId: string
  reading: Reading
  processing: Processing
  path: string
  channels: number
  segmentMs: number
  atMs: number
}

export type CallName = keyof Calls

export interface Request<Name extends CallName = CallName> {
  id: number
  name: Name
  ask: Calls[Name]['ask']
}

export type FromWorker =
  | { id: number; answer: Calls[CallName]['answer'] }
  | { id: number; error: { name: string; message: string } }
  | { progress: Progress }
  | { upload: UploadState }
  | { stopNow: StopReason }

/** How the recording goes, several times a second. */
export interface Progress {
  /** Null when no recording runs. */
  elapsedMs: number | null
  level: Level | null
  marks: number
  lostMs: number
  roomMs: number | null
}
