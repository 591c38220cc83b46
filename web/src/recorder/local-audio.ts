import { joinedFrames, joinedHeader } from './flac-join'
import { FLAC, type NewSegment } from './ledger'
import type { Store } from './store'

/** Read at once; a few minutes of sound, so that memory stays small. */
const SEGMENTS_AT_ONCE = 24

/** All that this device holds of a session as one playable file, and after it what it did not take. */
export async function localAudio(
  store: Store,
  sessionId: string,
  unstored: readonly NewSegment[] = [],
): Promise<Blob> {
  const segments = [...(await store.segments(sessionId)), ...unstored]
  const mediaType = segments[0]?.mediaType ?? FLAC
  const rateHz = (await store.session(sessionId))?.capture.sample_rate_hz ?? 0
  const samples = segments.reduce((sum, segment) => sum + segment.samples, 0)
  const parts: Blob[] = mediaType === FLAC ? [new Blob([joinedHeader(rateHz, samples)])] : []
  for (let from = 0; from < segments.length; from += SEGMENTS_AT_ONCE) {
    const batch = segments.slice(from, from + SEGMENTS_AT_ONCE)
    const read = await Promise.all(batch.map(({ n }) => store.audio(sessionId, n)))
    batch.forEach((segment, i) => {
      const bytes = 'bytes' in segment ? segment.bytes : read[i]
      if (bytes === undefined) return
      parts.push(new Blob([mediaType === FLAC ? joinedFrames({ ...segment, bytes }, rateHz) : bytes]))
    })
  }
  return new Blob(parts, { type: mediaType })
}
