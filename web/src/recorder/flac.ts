import { BitWriter } from './bit-writer'
import { BLOCK_SAMPLES, crc16, crc8, writeFrameHeader } from './flac-frame'
import { predict } from './flac-prediction'
import { writeResidual } from './flac-residual'

/**
 * A FLAC encoder for one channel of 16 bit (RFC 9639). Our own, for three reasons: it needs no blob worker and no
 * WASM under a strict content security policy, it takes every sample rate that a device may have, and it says where
 * each frame lies, so that segments can be joined again without decoding them.
 */
export interface EncodedSegment {
  /** A complete FLAC file. */
  bytes: Uint8Array<ArrayBuffer>
  /** Where each frame starts in `bytes`. */
  frames: number[]
}

const LEAST_HEADER_BYTES = 5
const MOST_HEADER_BYTES = 15
const SUBFRAME_CONSTANT = 0b000000
const SUBFRAME_VERBATIM = 0b000001

export const STREAM_HEADER_BYTES = 42

/** Of all segments, one after the other: what is made for each is garbage, and a browser lets that pile up. */
const out = new BitWriter(STREAM_HEADER_BYTES)

export function encodeFlac(samples: Int16Array, sampleRateHz: number): EncodedSegment {
  out.rewind()
  writeStreamHeader(out, sampleRateHz, samples.length, BLOCK_SAMPLES, BLOCK_SAMPLES)
  const frames: number[] = []
  for (let start = 0; start < samples.length; start += BLOCK_SAMPLES) {
    frames.push(out.length)
    const block = samples.subarray(start, start + BLOCK_SAMPLES)
    writeFrame(block, sampleRateHz, start / BLOCK_SAMPLES)
  }
  return { bytes: out.view().slice(), frames }
}

/** `fLaC` and STREAMINFO; frame sizes and the MD5 are left unknown (zero), as the format allows. */
export function writeStreamHeader(
  out: BitWriter,
  sampleRateHz: number,
  totalSamples: number,
  minBlock: number,
  maxBlock: number,
): void {
  for (const letter of 'fLaC') out.write(letter.charCodeAt(0), 8)
  out.write(0x80, 8)
  out.write(34, 24)
  out.write(minBlock, 16)
  out.write(maxBlock, 16)
  out.write(0, 24)
  out.write(0, 24)
  out.write(sampleRateHz, 20)
  out.write(0, 3)
  out.write(15, 5)
  out.write(Math.floor(totalSamples / 0x1000000), 12)
  out.write(totalSamples % 0x1000000, 24)
  for (let i = 0; i < 16; i++) out.write(0, 8)
}

function writeFrame(block: Int16Array, sampleRateHz: number, number: number): void {
  const start = out.length
  for (const writeSamples of [writeSubframe, writeVerbatim]) {
    out.rewind(start)
    writeFrameHeader(out, { variable: false, number, blockSamples: block.length, sampleRateHz })
    writeSamples(block)
    out.align()
    out.write(crc16(out.view(start)), 16)
    if (!hidesHeader(out.view(start))) return
  }
}

/**
 * Whether bytes within a frame look like the start of another one, checksum included. FLAC allows it, but ffmpeg cuts
 * a short file there.
 */
function hidesHeader(frame: Uint8Array): boolean {
  for (let at = 1; at + LEAST_HEADER_BYTES < frame.length; at++) {
    if (frame[at] !== 0xff || (frame[at + 1]! & 0xfe) !== 0xf8) continue
    for (let bytes = LEAST_HEADER_BYTES; bytes <= MOST_HEADER_BYTES && at + bytes < frame.length; bytes++) {
      if (crc8(frame.subarray(at, at + bytes)) === frame[at + bytes]) return true
    }
  }
  return false
}

function writeSubframe(block: Int16Array): void {
  if (block.every((sample) => sample === block[0])) {
    out.write(SUBFRAME_CONSTANT << 1, 8)
    out.write(block[0]!, 16)
    return
  }
  const best = predict(block)
  if (best === null) return writeVerbatim(block)
  out.write(best.subframeType << 1, 8)
  for (let i = 0; i < best.order; i++) out.write(block[i]!, 16)
  best.writeCoefficients(out)
  writeResidual(out, best.residual, best.order, best.rice)
}

function writeVerbatim(block: Int16Array): void {
  out.write(SUBFRAME_VERBATIM << 1, 8)
  for (const sample of block) out.write(sample, 16)
}
