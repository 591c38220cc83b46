import { BitWriter } from './bit-writer'
import { STREAM_HEADER_BYTES, writeStreamHeader } from './flac'
import { BLOCK_SAMPLES, crc16OfNewStart, readFrameHeader, writeFrameHeader } from './flac-frame'

const CHECKSUM_BYTES = 2
const SHORTEST_BLOCK = 16

/** The start of a FLAC file into which segments are joined, frame by frame, without decoding them. */
export function joinedHeader(sampleRateHz: number, totalSamples: number): Uint8Array<ArrayBuffer> {
  const out = new BitWriter(STREAM_HEADER_BYTES)
  writeStreamHeader(out, sampleRateHz, totalSamples, SHORTEST_BLOCK, BLOCK_SAMPLES)
  return out.view()
}

/**
 * A segment's frames, numbered anew by the sample at which they stand in the joined file: segments end in a short
 * block, so the joined stream is one of variable blocks (RFC 9639, section 9.1). Only headers are written anew, so that
 * an hour is joined in a moment.
 */
export function joinedFrames(
  segment: { bytes: Uint8Array; frames: readonly number[]; firstSample: number },
  sampleRateHz: number,
): Uint8Array<ArrayBuffer> {
  const { bytes, frames } = segment
  const out = new BitWriter(bytes.length + 8 * frames.length)
  let number = segment.firstSample
  frames.forEach((start, i) => {
    const frame = bytes.subarray(start, frames[i + 1] ?? bytes.length)
    const { headerBytes, blockSamples } = readFrameHeader(frame)
    const outStart = out.length
    writeFrameHeader(out, { variable: true, number, blockSamples, sampleRateHz })
    const before = frame.subarray(0, headerBytes + 1)
    const body = frame.subarray(before.length, frame.length - CHECKSUM_BYTES)
    const [high = 0, low = 0] = frame.subarray(-CHECKSUM_BYTES)
    const crc = crc16OfNewStart((high << 8) | low, before, out.view(outStart), body.length)
    out.append(body)
    out.write(crc, 16)
    number += blockSamples
  })
  return out.view()
}
