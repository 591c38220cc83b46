import { expect, test } from 'vitest'
import { LevelMeter } from './level'
import type { Level } from './types'

const RATE = 48_000
const tone = (amplitude: number, samples: number) =>
  Int16Array.from({ length: samples }, (_, i) => Math.round(amplitude * Math.sin((2 * Math.PI * 1000 * i) / RATE)))

test('a level comes with every tenth of a second', () => {
  const meter = new LevelMeter(RATE)
  const levels = Array.from({ length: 100 }, () => meter.measure(tone(1000, 480))).filter((level) => level !== null)
  expect(levels).toHaveLength(10)
})

test('a tone has its peak, and a root mean square 3 dB below', () => {
  const { peakDb, rmsDb } = new LevelMeter(RATE).measure(tone(16_384, 4800))!
  expect(peakDb).toBeCloseTo(-6.02, 1)
  expect(rmsDb).toBeCloseTo(-9.03, 1)
})

test('the floor is the quietest tenth of the last ten seconds', () => {
  const meter = new LevelMeter(RATE)
  const last = (amplitude: number, tenths: number): Level =>
    Array.from({ length: tenths }, () => meter.measure(tone(amplitude, 4800))).at(-1)!
  last(30, 1)
  expect(last(9000, 99).noiseFloorDb).toBeCloseTo(20 * Math.log10(30 / 32_768 / Math.SQRT2), 0)
  expect(last(9000, 1).noiseFloorDb).toBeCloseTo(-14.2, 0)
})

test('samples at full scale are counted', () => {
  expect(new LevelMeter(RATE).measure(Int16Array.from({ length: 4800 }, (_, i) => (i < 3 ? 32_767 : 0)))).toMatchObject(
    { clippedSamples: 3, peakDb: expect.closeTo(0, 2) },
  )
})

test('silence is not minus infinity', () => {
  expect(new LevelMeter(RATE).measure(new Int16Array(4800))).toMatchObject({ rmsDb: -100, peakDb: -100 })
})
