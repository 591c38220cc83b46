import { describe, expect, test } from 'vitest'
import { Hearer, meterShare } from './hearing'

function judged(peaksDb: number[], noiseFloorDb: number, clippedSamples = 0) {
  const hearer = new Hearer()
  return peaksDb.map((peakDb, n) =>
    hearer.hear({ rmsDb: peakDb - 12, peakDb, noiseFloorDb, clippedSamples }, n * 100),
  ).at(-1)
}

const seconds = (count: number, peakDb: number): number[] => Array<number>(count * 10).fill(peakDb)

describe('the microphone check', () => {
  test('waits for some sound before it judges', () => {
    expect(judged(seconds(1, -20), -70)).toBe('waiting')
    expect(judged(seconds(3, -55), -60)).toBe('waiting')
  })

  test('says what is wrong, and when all is well', () => {
    expect(judged(seconds(3, -12), -65)).toBe('good')
    expect(judged(seconds(3, -38), -65)).toBe('quiet')
    expect(judged(seconds(3, -90), -96)).toBe('silent')
    expect(judged(seconds(7, -12), -35)).toBe('noisy')
    expect(judged(seconds(3, -0.5), -65)).toBe('loud')
  })

  test('is not taken in by a click: a voice is loud for longer', () => {
    const hearer = new Hearer()
    let hearing = ''
    for (let n = 0; n < 30; n++) {
      hearing = hearer.hear({ rmsDb: -46, peakDb: n % 10 === 0 ? -14 : -34, noiseFloorDb: -70, clippedSamples: 0 }, n * 100)
    }
    expect(hearing).toBe('quiet')
    expect(hearer.measured).toEqual({ rmsDb: -46, peakDb: -14, noiseFloorDb: -70, clippedSamples: 0 })
  })

  test('does not take a word for noise before it heard a pause', () => {
    expect(judged(seconds(3, -12), -35)).toBe('good')
  })

  test('does not mind a noise far below the voice', () => {
    expect(judged(seconds(7, -3), -40)).toBe('good')
  })

  test('does not take a pause between words for silence', () => {
    expect(judged([...seconds(2, -12), ...seconds(2, -64)], -65)).toBe('good')
  })

  test('complains of clipping while it is recent, and not for ever', () => {
    const hearer = new Hearer()
    const level = { rmsDb: -20, peakDb: -8, noiseFloorDb: -65, clippedSamples: 5 }
    expect(hearer.hear(level, 0)).toBe('loud')
    for (let now = 100; now < 4000; now += 100) hearer.hear(level, now)
    expect(hearer.hear(level, 4000)).toBe('good')
  })
})

test('a meter is empty in silence and full at full scale', () => {
  expect(meterShare(-96)).toBe(0)
  expect(meterShare(-30)).toBe(0.5)
  expect(meterShare(0)).toBe(1)
})
