/** Writes whole numbers bit by bit, most significant bit first, into bytes that grow as needed. */
export class BitWriter {
  #bytes: Uint8Array<ArrayBuffer>
  #length = 0
  #pending = 0
  #pendingBits = 0

  constructor(expectedBytes: number) {
    this.#bytes = new Uint8Array(Math.max(64, expectedBytes))
  }

  /** Whole bytes written so far. */
  get length(): number {
    return this.#length
  }

  /** The low `bits` bits of `value`, at most 24. */
  write(value: number, bits: number): void {
    this.#pending = (this.#pending << bits) | (value & ((1 << bits) - 1))
    this.#pendingBits += bits
    while (this.#pendingBits >= 8) {
      this.#pendingBits -= 8
      this.#push((this.#pending >>> this.#pendingBits) & 0xff)
    }
    this.#pending &= (1 << this.#pendingBits) - 1
  }

  /** Whole bytes, where the writer stands at one. */
  append(bytes: Uint8Array): void {
    while (this.#length + bytes.length > this.#bytes.length) this.#grow()
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** `count` zeros and a one. */
  unary(count: number): void {
    let zeros = count
    for (; zeros > 16; zeros -= 16) this.write(0, 16)
    this.write(1, zeros + 1)
  }

  /** Zeros up to the next whole byte. */
  align(): void {
    if (this.#pendingBits > 0) this.write(0, 8 - this.#pendingBits)
  }

  /** A view of the bytes from `start`; aligned content only. */
  view(start = 0): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(start, this.#length)
  }

  /** Forgets what was written from whole byte `start` on. */
  rewind(start = 0): void {
    this.#length = start
    this.#pending = 0
    this.#pendingBits = 0
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) this.#grow()
    this.#bytes[this.#length++] = byte
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2)
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}
