import { joinedFrames, joinedHeader } from './flac-join'
import { FLAC } from './ledger'
import type { Store } from './store'

/** All that this device holds of a session as one playable file; read segment by segment, so memory stays small. */
export async function localAudio(store: Store, sessionId: string): Promise<Blob> {
  const segments = await store.segments(sessionId)
  const mediaType = segments[0]?.mediaType ?? FLAC
  const rateHz = (await store.session(sessionId))?.capture.sample_rate_hz ?? 0
  const samples = segments.reduce((sum, segment) => sum + segment.samples, 0)
  const parts: Blob[] = mediaType === FLAC ? [new Blob([joinedHeader(rateHz, samples)])] : []
  for (const { n, frames, firstSample } of segments) {
    const bytes = await store.audio(sessionId, n)
    if (bytes === undefined) continue
    const part = mediaType === FLAC ? joinedFrames({ bytes, frames, firstSample }, rateHz) : bytes
    parts.push(new Blob([part]))
  }
  return new Blob(parts, { type: mediaType })
}
