import { BitWriter } from './bit-writer'

/** Frame headers and checksums of FLAC (RFC 9639, sections 9.1 and 9.3). */
export interface FrameHeader {
  /** Numbered by its first sample, not by the count of frames. */
  variable: boolean
  number: number
  blockSamples: number
  sampleRateHz: number
}

/** As much as is predicted in one go; only a segment's last block may be shorter. */
export const BLOCK_SAMPLES = 4096

const RATE_CODES = new Map([
  [88200, 1],
  [176400, 2],
  [192000, 3],
  [8000, 4],
  [16000, 5],
  [22050, 6],
  [24000, 7],
  [32000, 8],
  [44100, 9],
  [48000, 10],
  [96000, 11],
])
const RATE_IN_STREAM_HEADER = 0
const BLOCK_4096 = 0b1100
const BLOCK_16_BITS_FOLLOW = 0b0111
const MONO = 0
const SAMPLES_OF_16_BITS = 0b100

export function writeFrameHeader(out: BitWriter, header: FrameHeader): void {
  const start = out.length
  const block = header.blockSamples === BLOCK_SAMPLES ? BLOCK_4096 : BLOCK_16_BITS_FOLLOW
  out.write(0xff, 8)
  out.write(header.variable ? 0xf9 : 0xf8, 8)
  out.write(block, 4)
  out.write(RATE_CODES.get(header.sampleRateHz) ?? RATE_IN_STREAM_HEADER, 4)
  out.write(MONO, 4)
  out.write(SAMPLES_OF_16_BITS, 3)
  out.write(0, 1)
  writeCodedNumber(out, header.number)
  if (block === BLOCK_16_BITS_FOLLOW) out.write(header.blockSamples - 1, 16)
  out.write(crc8(out.view(start)), 8)
}

/** The length of the header that starts `frame`, without its checksum, and the samples that it announces. */
export function readFrameHeader(frame: Uint8Array): { headerBytes: number; blockSamples: number } {
  const end = 4 + Math.max(1, Math.clz32(~(frame[4]! << 24)))
  if (frame[2]! >> 4 === BLOCK_4096) return { headerBytes: end, blockSamples: BLOCK_SAMPLES }
  return { headerBytes: end + 2, blockSamples: ((frame[end]! << 8) | frame[end + 1]!) + 1 }
}

/** A number of up to 36 bits, coded as UTF-8 codes characters (section 9.1.5). */
function writeCodedNumber(out: BitWriter, number: number): void {
  if (number < 0x80) {
    out.write(number, 8)
    return
  }
  let following = 1
  while (number >= 2 ** (5 * following + 6)) following++
  const sixBits = (place: number) => Math.floor(number / 2 ** (6 * place)) & 0x3f
  out.write((0xff << (7 - following)) | sixBits(following), 8)
  for (let place = following - 1; place >= 0; place--) out.write(0x80 | sixBits(place), 8)
}

const CRC8_TABLE = table(8, 0x07)
const CRC16_TABLE = table(16, 0x8005)

export function crc8(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) crc = CRC8_TABLE[crc ^ byte]!
  return crc
}

export function crc16(bytes: Uint8Array): number {
  let crc = 0
  for (let i = 0; i < bytes.length; i++) crc = ((crc << 8) & 0xffff) ^ CRC16_TABLE[(crc >> 8) ^ bytes[i]!]!
  return crc
}

/**
 * The checksum that `crc` becomes when a frame of `bytes` more bytes gets another start: by how much the checksums of
 * the two starts differ goes through those bytes as it would through zeros, since a CRC is linear.
 */
export function crc16OfNewStart(crc: number, before: Uint8Array, after: Uint8Array, bytes: number): number {
  let power = 0x0100 // x^8, and then its squares: what one byte more, two, four, … do to a checksum
  let moved = crc16(before) ^ crc16(after)
  for (let left = bytes; left > 0; left >>>= 1) {
    if (left & 1) moved = times(moved, power)
    power = times(power, power)
  }
  return crc ^ moved
}

/** The product of two polynomials over GF(2), modulo that of the checksum. */
function times(a: number, b: number): number {
  let product = 0
  for (let bit = 15; bit >= 0; bit--) {
    product = ((product << 1) ^ (product & 0x8000 ? 0x8005 : 0)) & 0xffff
    if (b & (1 << bit)) product ^= a
  }
  return product
}

function table(bits: 8 | 16, polynomial: number): Uint16Array {
  const top = 1 << (bits - 1)
  const mask = 2 ** bits - 1
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << (bits - 8)
    for (let i = 0; i < 8; i++) crc = ((crc << 1) ^ (crc & top ? polynomial : 0)) & mask
    return crc
  })
}
