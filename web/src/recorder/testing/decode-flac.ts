/** A plain FLAC decoder for one channel of 16 bit, written from RFC 9639 alone, to check the encoder against. */
export interface DecodedFlac {
  sampleRateHz: number
  announcedSamples: number
  samples: Int16Array
  /** The coded number of each frame: its place, or its first sample in a stream of variable blocks. */
  numbers: number[]
}

export function decodeFlac(bytes: Uint8Array): DecodedFlac {
  const bits = new BitReader(bytes)
  if (bits.unsigned(32) !== 0x664c6143) throw new Error('not FLAC')
  bits.unsigned(8 + 24 + 16 + 16)
  bits.unsigned(48)
  const sampleRateHz = bits.unsigned(20)
  const [channels, depth] = [bits.unsigned(3) + 1, bits.unsigned(5) + 1]
  if (channels !== 1 || depth !== 16) throw new Error(`${channels} channels of ${depth} bit`)
  const announcedSamples = bits.unsigned(36)
  bits.skipBytes(16)
  const samples: number[] = []
  const numbers: number[] = []
  while (!bits.atEnd) numbers.push(decodeFrame(bits, samples))
  return { sampleRateHz, announcedSamples, samples: Int16Array.from(samples), numbers }
}

function decodeFrame(bits: BitReader, out: number[]): number {
  const start = bits.byte
  if (bits.unsigned(15) !== 0x7ffc) throw new Error('no frame here')
  bits.unsigned(1)
  const [block, rate] = [bits.unsigned(4), bits.unsigned(4)]
  if (bits.unsigned(4) !== 0 || bits.unsigned(4) !== 0b1000 || rate > 11) throw new Error('not 16 bit mono')
  const number = bits.codedNumber()
  const size = block === 7 ? bits.unsigned(16) + 1 : 256 << (block - 8)
  check(bits.bytes.subarray(start, bits.byte), 8, 0x07, bits.unsigned(8))
  for (const sample of decodeSubframe(bits, size)) out.push(sample)
  bits.align()
  check(bits.bytes.subarray(start, bits.byte), 16, 0x8005, bits.unsigned(16))
  return number
}

function decodeSubframe(bits: BitReader, size: number): number[] {
  bits.unsigned(1)
  const type = bits.unsigned(6)
  bits.unsigned(1)
  if (type === 0) return new Array<number>(size).fill(bits.signed(16))
  if (type === 1) return Array.from({ length: size }, () => bits.signed(16))
  const order = type >= 32 ? type - 31 : type - 8
  const samples = Array.from({ length: order }, () => bits.signed(16))
  let coefficients = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]][order] ?? []
  let shift = 0
  if (type >= 32) {
    const precision = bits.unsigned(4) + 1
    shift = bits.signed(5)
    coefficients = Array.from({ length: order }, () => bits.signed(precision))
  }
  for (const residual of decodeResidual(bits, size, order)) {
    const sum = coefficients.reduce((total, factor, i) => total + factor * samples.at(-1 - i)!, 0)
    samples.push(Math.floor(sum / 2 ** shift) + residual)
  }
  return samples
}

function* decodeResidual(bits: BitReader, size: number, order: number): Generator<number> {
  if (bits.unsigned(2) !== 0) throw new Error('Rice parameters of four bit are expected')
  const partitions = 1 << bits.unsigned(4)
  for (let partition = 0; partition < partitions; partition++) {
    const parameter = bits.unsigned(4)
    const count = size / partitions - (partition === 0 ? order : 0)
    for (let i = 0; i < count; i++) {
      let folded = 0
      while (bits.unsigned(1) === 0) folded++
      folded = folded * 2 ** parameter + bits.unsigned(parameter)
      yield folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2
    }
  }
}

function check(bytes: Uint8Array, width: number, polynomial: number, expected: number): void {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << (width - 8)
    for (let i = 0; i < 8; i++) {
      const top = (crc >> (width - 1)) & 1
      crc = ((crc << 1) ^ (top === 1 ? polynomial : 0)) & (2 ** width - 1)
    }
  }
  if (crc !== expected) throw new Error(`a checksum of ${width} bit is wrong`)
}

class BitReader {
  readonly bytes: Uint8Array
  #bit = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get byte(): number {
    return this.#bit / 8
  }

  get atEnd(): boolean {
    return this.#bit >= this.bytes.length * 8
  }

  unsigned(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++, this.#bit++) {
      value = value * 2 + ((this.bytes[this.#bit >> 3]! >> (7 - (this.#bit & 7))) & 1)
    }
    return value
  }

  signed(count: number): number {
    const value = this.unsigned(count)
    return value >= 2 ** (count - 1) ? value - 2 ** count : value
  }

  codedNumber(): number {
    const lead = this.unsigned(8)
    if (lead < 0x80) return lead
    let following = 0
    while ((lead & (0x40 >> following)) !== 0) following++
    let value = lead & (0x3f >> following)
    for (let i = 0; i < following; i++) value = value * 64 + (this.unsigned(8) & 0x3f)
    return value
  }

  align(): void {
    this.#bit = Math.ceil(this.#bit / 8) * 8
  }

  skipBytes(count: number): void {
    this.#bit += count * 8
  }
}
