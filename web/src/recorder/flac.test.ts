import { describe, expect, test } from 'vitest'
import { encodeFlac } from './flac'
import { crc8 } from './flac-frame'
import { joinedFrames, joinedHeader } from './flac-join'
import { decodeFlac } from './testing/decode-flac'
import { randomFrom, voice } from './testing/voice'

const RATE = 48_000

function roundTrip(samples: Int16Array, rateHz = RATE) {
  return decodeFlac(encodeFlac(samples, rateHz).bytes)
}

describe('a segment as FLAC', () => {
  test.each([8000, 16_000, 22_050, 44_100, 48_000, 37_800, 11_025])('keeps every sample at %i Hz', (rateHz) => {
    const samples = voice(rateHz, rateHz)
    const decoded = roundTrip(samples, rateHz)
    expect(decoded.samples).toEqual(samples)
    expect(decoded.sampleRateHz).toBe(rateHz)
    expect(decoded.announcedSamples).toBe(samples.length)
  })

  test.each([1, 2, 5, 15, 16, 31, 33, 255, 4095, 4096, 4097, 8192, 10_001])('keeps %i samples', (count) => {
    const samples = voice(count, RATE)
    expect(roundTrip(samples).samples).toEqual(samples)
  })

  test('keeps silence, and makes it tiny', () => {
    const samples = new Int16Array(5 * RATE)
    const { bytes } = encodeFlac(samples, RATE)
    expect(decodeFlac(bytes).samples).toEqual(samples)
    expect(bytes.length).toBeLessThan(1200)
  })

  test('keeps noise, full scale, single clicks and square waves', () => {
    const random = randomFrom(7)
    const shapes: Record<string, (i: number) => number> = {
      noise: () => Math.round((random() - 0.5) * 65_535),
      'full scale': (i) => (i % 2 === 0 ? 32_767 : -32_768),
      click: (i) => (i === 5000 ? -32_768 : 0),
      square: (i) => (i % 200 < 100 ? 32_767 : -32_768),
      'one below zero': () => -1,
      ramp: (i) => (i % 65_536) - 32_768,
    }
    for (const [name, shape] of Object.entries(shapes)) {
      const samples = Int16Array.from({ length: 12_000 }, (_, i) => shape(i))
      expect(roundTrip(samples).samples, name).toEqual(samples)
    }
  })

  test('is much smaller than the samples of a voice', () => {
    const samples = voice(5 * RATE, RATE)
    expect(encodeFlac(samples, RATE).bytes.length).toBeLessThan(samples.byteLength * 0.55)
  })

  test('is the same whatever was encoded before, and stays so', () => {
    const samples = voice(10_001, RATE)
    const encoded = encodeFlac(samples, RATE)
    const bytes = encoded.bytes.slice()
    encodeFlac(voice(20_000, RATE, 2), RATE)
    expect(encoded.bytes).toEqual(bytes)
    expect(encodeFlac(samples, RATE)).toEqual(encoded)
  })

  test('says where its frames lie', () => {
    const { bytes, frames } = encodeFlac(voice(10_000, RATE), RATE)
    expect(frames).toHaveLength(3)
    for (const start of frames) expect([bytes[start], bytes[start + 1]]).toEqual([0xff, 0xf8])
  })
})

test('segments joined without decoding are one FLAC file of all their samples', () => {
  const whole = voice(3 * 20_000 + 777, RATE)
  const parts: Uint8Array[] = [joinedHeader(RATE, whole.length)]
  const firsts: number[] = []
  for (let firstSample = 0; firstSample < whole.length; firstSample += 20_000) {
    const encoded = encodeFlac(whole.slice(firstSample, firstSample + 20_000), RATE)
    parts.push(joinedFrames({ ...encoded, firstSample }, RATE))
    for (let i = 0; i < encoded.frames.length; i++) firsts.push(firstSample + i * 4096)
  }
  const decoded = decodeFlac(Buffer.concat(parts))
  expect(decoded.samples).toEqual(whole)
  expect(decoded.announcedSamples).toBe(whole.length)
  expect(decoded.numbers).toEqual(firsts)
})

test('a joined file may be hours long', () => {
  const firstSample = 2 ** 33 + 5
  const encoded = encodeFlac(voice(5000, RATE), RATE)
  const file = Buffer.concat([joinedHeader(RATE, 5000), joinedFrames({ ...encoded, firstSample }, RATE)])
  expect(decodeFlac(file).numbers).toEqual([firstSample, firstSample + 4096])
})

test('no frame hides what looks like the header of another, where ffmpeg would cut a short file', () => {
  const random = randomFrom(7)
  const samples = Int16Array.from({ length: 60 * RATE }, () => Math.round((random() * 2 - 1) * 6000))
  const { bytes, frames } = encodeFlac(samples, RATE)
  const hidden = frames.flatMap((start, n) => {
    const frame = bytes.subarray(start, frames[n + 1] ?? bytes.length)
    return [...frame.keys()].filter((at) => at > 0 && looksLikeHeader(frame.subarray(at, at + 16)))
  })
  expect(hidden).toEqual([])
})

function looksLikeHeader(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0xff || (bytes[1]! & 0xfe) !== 0xf8) return false
  return [5, 6, 7, 8].some((length) => crc8(bytes.subarray(0, length)) === bytes[length])
}
