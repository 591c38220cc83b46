/** How a browser makes positive samples of 16 bit out of the fractions that it hands on. */
export type PositiveScale = 32767 | 32768

/**
 * Samples between -1 and 1 become whole numbers of 16 bit. Chromium divides positive samples by 32767 and negative
 * ones by 32768, others divide all by 32768: with the right scale a 16-bit microphone's samples come back exactly.
 */
export function toInt16(samples: Float32Array, positiveScale: PositiveScale): Int16Array<ArrayBuffer> {
  const whole = new Int16Array(samples.length)
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!
    const scaled = Math.round(sample * (sample < 0 ? 32768 : positiveScale))
    whole[i] = Math.max(-32768, Math.min(32767, scaled))
  }
  return whole
}

export function concatenate(pieces: readonly Int16Array[]): Int16Array<ArrayBuffer> {
  const whole = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
