/** The words that the recorder and the screens share. Nothing here touches the browser. */

export type MarkKind = 'read' | 'again' | 'undo' | 'skip'

/** A sentence of the text, both numbers from 0. */
export interface Place {
  paragraph: number
  sentence: number
}

/** How samples come from the microphone; the best that this browser has. */
export type Path = 'track-processor' | 'worklet' | 'media-recorder'

export type StopReason =
  | 'asked'
  | 'track-ended'
  | 'muted'
  | 'no-samples'
  | 'device-changed'
  | 'rate-changed'
  | 'context-interrupted'
  | 'storage-full'
  | 'page-hidden'

/** The last tenth of a second, in decibels below full scale. */
export interface Level {
  rmsDb: number
  peakDb: number
  /** Samples at full scale since the device was opened. */
  clippedSamples: number
  /** The quietest tenth of a second of the last ten seconds. */
  noiseFloorDb: number
}

/** A piece that the server will not take; it stays on this device. */
export interface RefusedPiece {
  sessionId: string
  /** The segment, or null for the session itself, its marks or its end. */
  segment: number | null
  /** The server's word for it, such as `segment-differs`, or else the answer's status. */
  problem: string
}

export interface UploadState {
  /** Everything on this device that is not finished, the running recording included. */
  recordedMs: number
  /** What the server has answered for, never what was merely sent. */
  heldByServerMs: number
  waitingMs: number
  /** The server itself has named all of it when it was asked what it holds, and nothing is being added. */
  safe: boolean
  /** What another tab of this browser does just now, which is then not for this one to do. */
  elsewhere: 'recording' | 'sending' | null
  online: boolean
  signedOut: boolean
  refused: RefusedPiece[]
}

/** What the browser says that it really does; null where it does not say. */
export interface Processing {
  echoCancellation: boolean | null
  noiseSuppression: boolean | null
  autoGainControl: boolean | null
}

export type Phase = 'idle' | 'preparing' | 'ready' | 'recording' | 'stopping' | 'stopped'

export interface RecorderState {
  /** In `stopped` it is still to be chosen: keep or discard. */
  phase: Phase
  sessionId: string | null
  path: Path | null
  elapsedMs: number
  level: Level | null
  marks: number
  lostMs: number
  /** For how long this device has room to go on; null where that is not known. */
  roomMs: number | null
  stopReason: StopReason | null
  processing: Processing | null
  sampleRateHz: number | null
  wakeLock: boolean
  upload: UploadState
}

/** What is recorded: a text at the revision that the reader sees. */
export interface Reading {
  textId: string
  textRevision: number
  title: string
}

export interface PendingSession {
  sessionId: string
  textId: string
  title: string
  /** RFC 3339, UTC. */
  startedAt: string
  recordedMs: number
  state: 'recording-was-cut' | 'unfinished' | 'ending' | 'refused'
}

export interface LocalCue {
  startMs: number
  endMs: number
  place: Place
}

/** A stopped recording, playable at once from this device. */
export interface LocalTake {
  audio: Blob
  cues: LocalCue[]
}

export interface RecorderOptions {
  /** The length of a segment, asked when a recording begins; 5000 unless the server asks for another. */
  segmentMs?: () => number
}
