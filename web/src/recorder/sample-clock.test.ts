import { expect, test } from 'vitest'
import { SampleClock } from './sample-clock'
import { randomFrom } from './testing/voice'

const RATE = 48_000
const PACKET = 480

/** A device that started at 1000 ms and whose packets of 10 ms come `delayMs(i)` late. */
function listen(clock: SampleClock, packets: number, delayMs: (i: number) => number): void {
  let free = 0
  for (let i = 1; i <= packets; i++) {
    free = Math.max(free, 1000 + i * 10 + delayMs(i)) // packets keep their order
    clock.arrived(free, i * PACKET)
  }
}

test('nothing is known before the first packet', () => {
  expect(new SampleClock(RATE).sampleAt(5)).toBeNull()
})

test('a moment is the sample that was delivered then', () => {
  const clock = new SampleClock(RATE)
  listen(clock, 300, () => 3)
  expect(clock.sampleAt(1000 + 3 + 2500)).toBe(2.5 * RATE)
})

test('packets that a busy thread delays do not move a mark', () => {
  const random = randomFrom(3)
  const clock = new SampleClock(RATE)
  listen(clock, 1000, (i) => (i % 150 < 80 ? random() * 800 : random() * 2))
  const error = (clock.sampleAt(1000 + 9500)! - 9.5 * RATE) / (RATE / 1000)
  expect(Math.abs(error)).toBeLessThan(3)
})

test('a device that runs slow against the computer is followed', () => {
  const clock = new SampleClock(RATE)
  for (let i = 1; i <= 60_000; i++) clock.arrived(i * 10 * 1.0002, i * PACKET)
  const lastMs = 600_000 * 1.0002
  expect(Math.abs(clock.sampleAt(lastMs)! - 600 * RATE)).toBeLessThan(0.001 * RATE)
})

test('a moment before the first sample is the first sample', () => {
  const clock = new SampleClock(RATE)
  listen(clock, 10, () => 0)
  expect(clock.sampleAt(0)).toBe(0)
})
