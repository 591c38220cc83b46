import { storeSegment } from '../ledger'
import { flacSegment } from '../pcm-tape'
import { Store } from '../store'
import type { StoredSession } from '../stored'
import { voice } from './voice'

export const RATE = 8000
export const SEGMENT = 4000
export const SPEAKER = 'a'

export function openStore(): Promise<Store> {
  return Store.open(crypto.randomUUID())
}

export async function addSession(store: Store, changes: Partial<StoredSession> = {}): Promise<string> {
  const sessionId = changes.sessionId ?? crypto.randomUUID()
  await store.addSession({
    sessionId,
    speakerId: SPEAKER,
    textId: 'text',
    textRevision: 1,
    title: 'Text',
    startedAt: '2026-01-01T00:00:00Z',
    capture: {
      source: 'track-processor',
      device_class: 'computer',
      user_agent_family: 'chromium',
      sample_rate_hz: RATE,
      channels: 1,
      echo_cancellation: false,
      noise_suppression: false,
      auto_gain_control: false,
      codec: 'flac',
      app_version: 'test',
    },
    mediaType: 'audio/flac',
    state: 'recording',
    opened: false,
    segments: 0,
    samples: 0,
    heldSamples: 0,
    marks: 0,
    heldMarks: 0,
    gaps: [],
    end: null,
    refused: [],
    ...changes,
  })
  return sessionId
}

/** Adds segments of half a second each, and a mark at the end of each. */
export async function addSegments(store: Store, sessionId: string, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) {
    const samples = voice(SEGMENT, RATE, n)
    await storeSegment(store, sessionId, flacSegment({ n, firstSample: n * SEGMENT, samples }, RATE))
    await store.addMark({ sessionId, n, kind: 'read', paragraph: 0, sentence: n, atSample: (n + 1) * SEGMENT })
  }
}
