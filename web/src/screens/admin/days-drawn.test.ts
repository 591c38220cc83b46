import { describe, expect, test } from 'vitest'
import { axisFor, barsOf, dayAt, namedDays } from './days-drawn'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('the axis', () => {
  test.each([
    [0, 'minutes', [0, 0.5, 1]],
    [12 * MINUTE, 'minutes', [0, 10, 20]],
    [90 * MINUTE, 'minutes', [0, 50, 100]],
    [2 * HOUR, 'hours', [0, 1, 2]],
    [4.5 * HOUR, 'hours', [0, 2.5, 5]],
    [137 * HOUR, 'hours', [0, 100, 200]],
  ])('for %i ms is of %s, in round figures that reach over it', (mostMs, unit, lines) => {
    const axis = axisFor(mostMs)
    expect([axis.unit, axis.lines.map(({ says }) => says)]).toEqual([unit, lines])
    expect(axis.topMs).toBeGreaterThanOrEqual(mostMs)
    expect(axis.lines.at(-1)!.ms).toBe(axis.topMs)
  })
})

describe('the bars', () => {
  test('are as high as their values, and one of nearly nothing is still seen', () => {
    const bars = barsOf([0, 1, 50, 100], 100, 400, 200)
    expect(bars.map(({ height }) => height)).toEqual([0, 2, 100, 200])
    expect(bars.map(({ y, height }) => y + height)).toEqual([200, 200, 200, 200])
  })

  test('stand within the width, one beside the other, however many', () => {
    const bars = barsOf(Array<number>(90).fill(1), 1, 280, 100)
    expect(bars.every(({ x, width }, n) => n === 0 || x >= bars[n - 1]!.x + width)).toBe(true)
    expect(bars.at(-1)!.x + bars.at(-1)!.width).toBeLessThanOrEqual(280)
  })

  test('are found under a finger, also at the very edge', () => {
    expect([-5, 0, 99, 100, 399, 400].map((x) => dayAt(x, 400, 4))).toEqual([0, 0, 0, 1, 3, 3])
  })
})

test('the last day is named, and before it as many as have room, equally far apart', () => {
  expect(namedDays(30, 240, 60)).toEqual([5, 13, 21, 29])
  expect(namedDays(7, 1000, 60)).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(namedDays(1, 240, 60)).toEqual([0])
})
