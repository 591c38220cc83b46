import { expect, test } from 'vitest'
import { LossWatch, type Loss } from './loss-watch'
import { randomFrom } from './testing/voice'

const RATE = 48_000
const CHUNK = 2400

interface Story {
  chunks: number
  /** Milliseconds that the device loses before this chunk. */
  lost?: Record<number, number>
  delayMs?: (i: number) => number
  /** How much slower the device's clock is. */
  drift?: number
}

function losses({ chunks, lost = {}, delayMs = () => 0, drift = 0 }: Story): Loss[] {
  const watch = new LossWatch(RATE)
  const found: Loss[] = []
  let [deviceMs, samples, freeMs] = [0, 0, 0]
  for (let i = 0; i < chunks; i++) {
    deviceMs += (50 + (lost[i] ?? 0)) * (1 + drift)
    samples += CHUNK
    freeMs = Math.max(freeMs, deviceMs + delayMs(i))
    const loss = watch.saw(freeMs, samples)
    if (loss === null) continue
    found.push(loss)
    samples += loss.count
  }
  return found
}

const ms = (samples: number) => Math.round((samples / RATE) * 1000)

test('an even stream loses nothing, and neither does one whose clock drifts', () => {
  expect(losses({ chunks: 20_000 })).toEqual([])
  expect(losses({ chunks: 20_000, drift: 0.0003 })).toEqual([])
  expect(losses({ chunks: 20_000, drift: -0.0003 })).toEqual([])
})

test('a busy thread that catches up is no loss', () => {
  const random = randomFrom(5)
  expect(losses({ chunks: 5000, delayMs: (i) => (i % 40 < 20 ? random() * 800 : random() * 5) })).toEqual([])
})

test('a thread that stands still for seconds, and again before it has caught up, is no loss', () => {
  const stands: Record<number, number> = { 100: 6000, 300: 3500, 301: 4000, 1000: 900, 1019: 4000 }
  expect(losses({ chunks: 2000, delayMs: (i) => stands[i] ?? 0 })).toEqual([])
})

test('a loss is found with its length and its place', () => {
  const [loss, ...more] = losses({ chunks: 400, lost: { 200: 100 } })
  expect(more).toEqual([])
  expect(Math.abs(ms(loss!.count) - 100)).toBeLessThanOrEqual(2)
  expect(loss!.at).toBe(200 * CHUNK)
})

test('several losses are each found', () => {
  const found = losses({ chunks: 1000, lost: { 200: 60, 400: 1231, 700: 33 } })
  expect(found).toHaveLength(3)
  for (const [i, lostMs] of [60, 1231, 33].entries()) {
    expect(Math.abs(ms(found[i]!.count) - lostMs)).toBeLessThanOrEqual(2)
  }
})

test('small losses are declared when together they are heard', () => {
  const lost = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [100 + i * 100, 8]))
  const total = losses({ chunks: 2500, lost }).reduce((sum, { count }) => sum + count, 0)
  expect(ms(total)).toBeGreaterThan(90)
  expect(ms(total)).toBeLessThanOrEqual(160)
})
