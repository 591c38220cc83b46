/** Something like a voice: a few gliding tones under a slow swell, with a little noise; the same for one seed. */
export function voice(samples: number, rateHz: number, seed = 1): Int16Array<ArrayBuffer> {
  const random = randomFrom(seed)
  return Int16Array.from({ length: samples }, (_, i) => {
    const t = i / rateHz
    const swell = 0.5 + 0.5 * Math.sin(2 * Math.PI * 1.3 * t)
    const pitch = 2 * Math.PI * (140 + 20 * Math.sin(3 * t)) * t
    const tone = Math.sin(pitch) + 0.5 * Math.sin(3 * pitch) + 0.2 * Math.sin(7 * pitch)
    return Math.round(9000 * swell * tone + 60 * (random() - 0.5))
  })
}

/** Numbers from 0 to 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
