import { BitWriter } from './bit-writer'
import { crc16, writeFrameHeader } from './flac-frame'
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
  const start = out.length
  writeFrameHeader(out, { variable: false, number, blockSamples: block.length, sampleRateHz })
  writeSubframe(out, block)
  out.align()
  out.write(crc16(out.view(start)), 16)
}

function writeSubframe(out: BitWriter, block: Int16Array): void {
  if (block.every((sample) => sample === block[0])) {
    out.write(SUBFRAME_CONSTANT << 1, 8)
    out.write(block[0]!, 16)
    return
  }
  const best = predict(block)
  if (best === null) {
    out.write(SUBFRAME_VERBATIM << 1, 8)
    for (const sample of block) out.write(sample, 16)
    return
  }
  out.write(best.subframeType << 1, 8)
  for (let i = 0; i < best.order; i++) out.write(block[i]!, 16)
  best.writeCoefficients(out)
  writeResidual(out, best.residual, best.order, best.rice)
}
