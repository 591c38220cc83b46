import { describe, expect, test } from 'vitest'
import type { Peaks } from '../api'
import { columnsOf, momentAt, regionsOf } from './waveform'

/** 100 peaks a second. */
const peaks = (data: number[]): Peaks => ({
  sample_rate: 16_000,
  samples_per_pixel: 160,
  bits: 8,
  length: data.length / 2,
  data,
})

describe('the columns of a waveform', () => {
  test('take the lowest and the highest of all peaks that they cover', () => {
    const loud = peaks([-10, 20, -128, 30, -5, 127, -40, 0])
    expect(columnsOf(loud, 40, 2)).toEqual([
      { low: -1, high: 30 / 128 },
      { low: -40 / 128, high: 127 / 128 },
    ])
  })

  test('repeat a peak where they are more than there are', () => {
    expect(columnsOf(peaks([-128, 64, -64, 32]), 20, 4)).toEqual([
      { low: -1, high: 0.5 },
      { low: -1, high: 0.5 },
      { low: -0.5, high: 0.25 },
      { low: -0.5, high: 0.25 },
    ])
  })

  test('are silent where the sound goes on without peaks', () => {
    expect(columnsOf(peaks([-128, 127]), 30, 3).slice(1)).toEqual([
      { low: 0, high: 0 },
      { low: 0, high: 0 },
    ])
    expect(columnsOf(peaks([]), 1000, 2)).toEqual([
      { low: 0, high: 0 },
      { low: 0, high: 0 },
    ])
  })

  test('fill the height with a quiet reading, but do not make noise of silence', () => {
    expect(columnsOf(peaks([-32, 64]), 10, 1)).toEqual([{ low: -0.5, high: 1 }])
    expect(columnsOf(peaks([-1, 1]), 10, 1)).toEqual([{ low: -8 / 128, high: 8 / 128 }])
  })

  test('know other depths of bits', () => {
    expect(columnsOf({ ...peaks([-32_768, 16_384]), bits: 16 }, 10, 1)).toEqual([{ low: -1, high: 0.5 }])
  })
})

test('sentences lie where they are spoken', () => {
  const captions = [
    { startMs: 0, endMs: 500, text: 'a' },
    { startMs: 500, endMs: 1100, text: 'b' },
  ]
  expect(regionsOf(captions, 1000, 300)).toEqual([
    { start: 0, end: 150 },
    { start: 150, end: 300 },
  ])
})

test.each([
  [-5, 0],
  [75, 250],
  [300, 1000],
  [999, 1000],
])('a press at %i of 300 pixels means %i ms', (x, ms) => expect(momentAt(x, 300, 1000)).toBe(ms))
