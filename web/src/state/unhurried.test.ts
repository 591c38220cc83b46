import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { unhurried } from './unhurried'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the first time acts at once, those that follow together, and the last one is not missed', () => {
  const act = vi.fn()
  const looking = unhurried(act, 1000)
  looking.act()
  expect(act).toHaveBeenCalledTimes(1)
  looking.act()
  looking.act()
  vi.advanceTimersByTime(999)
  expect(act).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(10_000)
  expect(act).toHaveBeenCalledTimes(2)
})

test('whoever is stopped acts no more', () => {
  const act = vi.fn()
  const looking = unhurried(act, 1000)
  looking.act()
  looking.act()
  looking.stop()
  vi.advanceTimersByTime(10_000)
  expect(act).toHaveBeenCalledTimes(1)
})
