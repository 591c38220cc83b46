import type { MarkKind, Place, Reading, RefusedPiece } from './types'

/** A recording as it lies on this device. */
export interface StoredSession extends Reading {
  sessionId: string
  /** Whose voice it is; null where the device did not know, which is then whoever is signed in. */
  speakerId: string | null
  startedAt: string
  capture: Capture
  mediaType: string
  /** `recording`: samples may still come; `stopped`: to be kept or dropped; `ending`: the counts are frozen. */
  state: 'recording' | 'stopped' | 'ending' | 'discarding'
  /** The server knows the session. */
  opened: boolean
  segments: number
  samples: number
  heldSamples: number
  marks: number
  heldMarks: number
  gaps: [fromSample: number, count: number][]
  end: End | null
  /** As many of them as the server itself named when it was asked what it holds; undefined before it was asked. */
  confirmed?: { segments: number; marks: number }
  refused: RefusedPiece[]
}

/** Several people may share a device: each sees and sends only their own. */
export function isOf(session: StoredSession, speakerId: string): boolean {
  return (session.speakerId ?? speakerId) === speakerId
}

/** Whether the server has said that it holds all that there is of it here. */
export function isConfirmed({ confirmed, segments, marks }: StoredSession): boolean {
  return confirmed?.segments === segments && confirmed.marks === marks
}

/** What the browser really did; sent when the session is opened and the same for ever. */
export interface Capture {
  /** The path that the samples took into the recorder. */
  source: string
  device_class: 'phone' | 'tablet' | 'computer'
  user_agent_family: string
  sample_rate_hz: number
  channels: number
  echo_cancellation: boolean | null
  noise_suppression: boolean | null
  auto_gain_control: boolean | null
  codec: string
  app_version: string
}

/** The counts that the server compares with what it holds; frozen before they are first sent. */
export interface End {
  segments: number
  samples: number
  marks: number
  drop_last: number
  gaps?: [fromSample: number, count: number][]
}

export interface StoredSegment {
  sessionId: string
  n: number
  firstSample: number
  samples: number
  mediaType: string
  /** SHA-256 of the bytes, in base64. */
  digest: string
  /** Where each FLAC frame starts; empty for other types. */
  frames: number[]
  /** 1 when the server has answered for it; a number because IndexedDB indexes no booleans. */
  held: 0 | 1
  /** 1 when the server will not take it. */
  stopped: 0 | 1
}

export interface StoredMark extends Place {
  sessionId: string
  n: number
  kind: MarkKind
  atSample: number
}
