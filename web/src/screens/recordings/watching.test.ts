import { expect, test } from 'vitest'
import { nextPauseMs } from './watching'

test('looks soon again after a change, and ever more rarely while nothing moves', () => {
  expect(nextPauseMs(null, false)).toBe(2000)
  expect(nextPauseMs(2000, false)).toBe(3000)
  expect(nextPauseMs(14_000, false)).toBe(15_000)
  expect(nextPauseMs(15_000, true)).toBe(2000)
})
