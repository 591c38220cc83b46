import { BitWriter } from './bit-writer'
import { crc16, crc8, writeFrameHeader } from './flac-frame'
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

const BLOCK_SAMPLES = 4096
const LEAST_HEADER_BYTES = 5
const MOST_HEADER_BYTES = 15
const SUBFRAME_CONSTANT = 0b000000
const SUBFRAME_VERBATIM = 0b000001

export const STREAM_HEADER_BYTES = 42

export function encodeFlac(samples: Int16Array, sampleRateHz: number): EncodedSegment {
  const out = new BitWriter(STREAM_HEADER_BYTES + samples.length)
  writeStreamHeader(out, sampleRateHz, samples.length, BLOCK_SAMPLES, BLOCK_SAMPLES)
  const frames: number[] = []
  for (let start = 0; start < samples.length; start += BLOCK_SAMPLES) {
    frames.push(out.length)
    const block = samples.subarray(start, start + BLOCK_SAMPLES)
    writeFrame(out, block, sampleRateHz, start / BLOCK_SAMPLES)
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

function writeFrame(out: BitWriter, block: Int16Array, sampleRateHz: number, number: number): void {
  const coded = frameOf(block, sampleRateHz, number, writeSubframe)
  const frame = hidesHeader(coded) ? frameOf(block, sampleRateHz, number, writeVerbatim) : coded
  for (const byte of frame) out.write(byte, 8)
}

function frameOf(
  block: Int16Array,
  sampleRateHz: number,
  number: number,
  write: (out: BitWriter, block: Int16Array) => void,
): Uint8Array {
  const out = new BitWriter(block.length)
  writeFrameHeader(out, { variable: false, number, blockSamples: block.length, sampleRateHz })
  write(out, block)
  out.align()
  out.write(crc16(out.view()), 16)
  return out.view()
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

function writeSubframe(out: BitWriter, block: Int16Array): void {
  if (block.every((sample) => sample === block[0])) {
    out.write(SUBFRAME_CONSTANT << 1, 8)
    out.write(block[0]!, 16)
    return
  }
  const best = predict(block)
  if (best === null) return writeVerbatim(out, block)
  out.write(best.subframeType << 1, 8)
  for (let i = 0; i < best.order; i++) out.write(block[i]!, 16)
  best.writeCoefficients(out)
  writeResidual(out, best.residual, best.order, best.rice)
}

function writeVerbatim(out: BitWriter, block: Int16Array): void {
  out.write(SUBFRAME_VERBATIM << 1, 8)
  for (const sample of block) out.write(sample, 16)
}
