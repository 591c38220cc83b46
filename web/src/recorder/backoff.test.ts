import { expect, test } from 'vitest'
import { Backoff } from './backoff'

const even = () => 0.5

test('waits double from a tenth of a second to five seconds', () => {
  const backoff = new Backoff(even)
  const waits = Array.from({ length: 9 }, () => backoff.failed(0))
  expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000])
})

test('long without an answer, it asks twice a minute', () => {
  const backoff = new Backoff(even)
  backoff.failed(0)
  expect(backoff.failed(119_000)).toBe(200)
  expect(backoff.failed(121_000)).toBe(30_000)
})

test('an answer ends the waiting', () => {
  const backoff = new Backoff(even)
  for (let i = 0; i < 5; i++) backoff.failed(i * 60_000)
  expect(backoff.failing).toBe(true)
  backoff.succeeded()
  expect(backoff.failing).toBe(false)
  expect(backoff.failed(400_000)).toBe(100)
})

test('many devices do not come back at the same moment', () => {
  const waits = new Set(Array.from({ length: 50 }, () => new Backoff().failed(0)))
  expect(waits.size).toBeGreaterThan(40)
  for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(50)
})
