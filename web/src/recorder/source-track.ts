import type { Device } from './messages'
import { toInt16 } from './pcm'

/** Only Chromium reads audio tracks in this way. */
const CHROMIUM = 32767

/** Of all packets, one after the other, as long as they are equally long. */
let mixed = new Float32Array(0)

/** What arrived from the microphone: one channel of samples, and when. */
export interface Packet {
  samples: Int16Array
  rateHz: number
  channels: number
  atMs: number
  /** When the device says that it heard the last of them, on a clock of its own; undefined where it says nothing. */
  deviceMs: number | undefined
}

/**
 * Reads a track's audio in the worker, untouched by the page. The first packet says what the device really delivers;
 * the rest go to `listener` until the track ends or the reading is cancelled.
 */
export async function readTrack(
  readable: ReadableStream<AudioData>,
  listener: { packet: (packet: Packet) => void; ended: () => void },
): Promise<{ device: Device; cancel: () => void }> {
  const reader = readable.getReader()
  const first = await reader.read()
  if (first.done) throw new Error('the track ended before its first sample')
  const device = { rateHz: first.value.sampleRate, channels: first.value.numberOfChannels }
  listener.packet(packetOf(first.value))
  void (async () => {
    for (let next = await reader.read(); !next.done; next = await reader.read()) listener.packet(packetOf(next.value))
    listener.ended()
  })()
  return { device, cancel: () => void reader.cancel() }
}

function packetOf(data: AudioData): Packet {
  const atMs = performance.timeOrigin + performance.now()
  const { numberOfChannels: channels, numberOfFrames: frames, sampleRate: rateHz } = data
  const deviceMs = (data.timestamp + data.duration) / 1000
  mixed = mixed.length === frames ? mixed.fill(0) : new Float32Array(frames)
  const plane = channels === 1 ? mixed : new Float32Array(frames)
  for (let planeIndex = 0; planeIndex < channels; planeIndex++) {
    data.copyTo(plane, { planeIndex, format: 'f32-planar' })
    if (channels > 1) for (let i = 0; i < frames; i++) mixed[i]! += plane[i]! / channels
  }
  data.close()
  return { samples: toInt16(mixed, CHROMIUM), rateHz, channels, atMs, deviceMs }
}
