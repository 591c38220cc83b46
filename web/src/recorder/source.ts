import { watchDelivery } from './delivery'
import type { Device } from './messages'
import { brieflyRecorded, MediaRecorderSource, mediaRecorderType } from './source-media-recorder'
import { openWorklet } from './source-worklet'
import type { Path, StopReason } from './types'
import type { WorkerLink } from './worker-link'

const MOST_BUFFERED_PACKETS = 1000

/** A microphone's way into the worker. */
export interface Source extends Device {
  path: Path
  /** Only where recording is a thing apart from listening: answers the moment of the first sample. */
  begin: (() => Promise<number>) | null
  finish: (() => Promise<void>) | null
  /** A few seconds of it, to be heard. */
  tryOut: (forMs: number) => Promise<Blob>
  close: () => void
}

/** The best path that this browser has: samples read past the page, from an audio worklet, or already coded. */
export async function openSource(
  track: MediaStreamTrack,
  worker: WorkerLink,
  interrupted: (reason: StopReason) => void,
): Promise<Source> {
  const tryOut = (forMs: number): Promise<Blob> => worker.call('tryOut', { forMs })
  const plain = { begin: null, finish: null, tryOut }
  const readable = trackReadable(track)
  if (readable !== null) {
    const device = await worker.call('useTrack', { readable }, [readable])
    // Not for a worklet, whose context makes up silence for what comes late.
    watchDelivery(track, (deliveredMs, atMs) => worker.tell('delivered', { deliveredMs, atMs }))
    return { ...plain, ...device, path: 'track-processor', close: () => undefined }
  }
  const worklet = await openWorklet(track, () => interrupted('context-interrupted'))
  if (worklet !== null) {
    const { port, rateHz, close } = worklet
    const device = await worker.call('usePort', { port, rateHz }, [port])
    return { ...plain, ...device, path: 'worklet', close }
  }
  const source = new MediaRecorderSource(track, (bytes, atMs) => worker.tell('slice', { bytes, atMs }, [bytes]))
  const rateHz = track.getSettings().sampleRate ?? 48_000
  const device = await worker.call('useSlices', { rateHz, mediaType: mediaRecorderType() })
  return {
    ...device,
    path: 'media-recorder',
    begin: () => source.begin(),
    finish: () => source.finish(),
    tryOut: (forMs) => brieflyRecorded(track, forMs),
    close: () => undefined,
  }
}

/** Null in Firefox, which has no track processor, and in Safari, where it is for video only. */
function trackReadable(track: MediaStreamTrack): ReadableStream<AudioData> | null {
  if (!('MediaStreamTrackProcessor' in globalThis)) return null
  try {
    return new MediaStreamTrackProcessor({ track, maxBufferSize: MOST_BUFFERED_PACKETS }).readable
  } catch {
    return null
  }
}
