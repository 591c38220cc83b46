import { expect, test, vi } from 'vitest'
import { Intake, type Tape } from './intake'
import { concatenate } from './pcm'

const RATE = 48_000
const PACKET = 480

class TestTape implements Tape {
  silences: [number, number][] = []
  #pieces: Int16Array[] = []

  get samples(): Int16Array {
    return concatenate(this.#pieces)
  }

  append(samples: Int16Array): void {
    this.#pieces.push(samples)
  }

  insertSilence(at: number, count: number): void {
    this.silences.push([at, count])
  }
}

/** A device of packets of 10 ms whose samples count up; packet i is complete and arrives at (i + 1) · 10 ms. */
class Device {
  intake = new Intake(RATE, 0)
  packets = 0

  runTo(ms: number): void {
    while ((this.packets + 1) * 10 <= ms) {
      const first = this.packets * PACKET
      this.packets++
      this.intake.deliver(Int16Array.from({ length: PACKET }, (_, i) => (first + i) % 30_000), this.packets * 10)
    }
  }
}

const sampleOf = (ms: number) => (ms * RATE) / 1000

test('a recording starts with the sample that was heard at the press, also when the page was late to say so', () => {
  const device = new Device()
  const tape = new TestTape()
  device.runTo(1000)
  device.intake.start(tape, 405)
  device.runTo(1100)
  expect(tape.samples[0]).toBe(sampleOf(405) % 30_000)
  expect(tape.samples).toHaveLength(sampleOf(1100 - 405))
  expect(device.intake.position).toBe(tape.samples.length)
})

test('what is older than two seconds is not kept before a recording', () => {
  const device = new Device()
  const tape = new TestTape()
  device.runTo(10_000)
  device.intake.start(tape, 1000)
  expect(tape.samples).toHaveLength(sampleOf(2000))
})

test('a mark is counted from the recording and may lie in samples that are on their way', () => {
  const device = new Device()
  device.runTo(1000)
  device.intake.start(new TestTape(), 500)
  device.runTo(2000)
  expect(device.intake.sampleAt(1500)).toBe(sampleOf(1000))
  expect(device.intake.sampleAt(2004)).toBe(sampleOf(1504))
  expect(device.intake.sampleAt(100)).toBe(0)
})

test('a stop waits for what was heard until then', async () => {
  const device = new Device()
  const tape = new TestTape()
  device.runTo(1000)
  device.intake.start(tape, 1000)
  device.runTo(2000)
  const stopped = device.intake.stop(2024)
  device.runTo(2060)
  await stopped
  expect(tape.samples).toHaveLength(sampleOf(1030))
  device.runTo(3000)
  expect(tape.samples).toHaveLength(sampleOf(1030))
})

test('a stop on a machine that cannot keep up waits as long as anything comes', async () => {
  vi.useFakeTimers()
  const device = new Device()
  const tape = new TestTape()
  device.runTo(1000)
  device.intake.start(tape, 1000)
  device.runTo(2000)
  const stopped = device.intake.stop(4000)
  for (let ms = 2400; ms <= 4400; ms += 400) {
    await vi.advanceTimersByTimeAsync(450)
    device.runTo(ms)
  }
  await stopped
  vi.useRealTimers()
  expect(tape.samples).toHaveLength(sampleOf(3000))
})

test('a stop that is overtaken by another beginning leaves that alone', async () => {
  const device = new Device()
  const tape = new TestTape()
  device.runTo(1000)
  device.intake.start(new TestTape(), 1000)
  const stopped = device.intake.stop(1500)
  device.intake.start(tape, 1000)
  await stopped
  device.runTo(2000)
  expect(tape.samples).toHaveLength(sampleOf(1000))
})

test('a stop does not wait for a device that went silent', async () => {
  const device = new Device()
  device.runTo(1000)
  device.intake.start(new TestTape(), 1000)
  await device.intake.stop(5000)
  expect(device.intake.position).toBe(0)
})

test('lost samples are filled in, so that later marks stay on their words', () => {
  const device = new Device()
  const tape = new TestTape()
  device.runTo(4000)
  device.intake.start(tape, 4000)
  device.runTo(6000)
  for (let ms = 6310; ms <= 12_000; ms += 10) device.intake.deliver(new Int16Array(PACKET), ms) // 300 ms never came
  const nearly = (ms: number) => expect.closeTo(ms, -0.7)
  expect(tape.silences.map(([at, count]) => [at, count / 48])).toEqual([[sampleOf(2000), nearly(300)]])
  expect(device.intake.lostSamples / 48).toEqual(nearly(300))
  expect(device.intake.sampleAt(11_000) / 48).toEqual(nearly(7000))
  expect(device.intake.position / 48).toEqual(nearly(8000))
})

test('what was lost just before a recording is no gap in it, and moves none of its marks', () => {
  const device = new Device()
  const tape = new TestTape()
  device.runTo(4000)
  for (let ms = 4310; ms <= 12_000; ms += 10) {
    device.intake.deliver(new Int16Array(PACKET), ms) // 300 ms never came
    if (ms === 7000) device.intake.start(tape, 7000)
  }
  expect(tape.silences).toEqual([])
  expect(device.intake.lostSamples).toBe(0)
  expect(device.intake.position).toBe(sampleOf(5000))
  expect(tape.samples).toHaveLength(sampleOf(5000))
  expect(device.intake.sampleAt(11_000)).toBe(sampleOf(4000))
})

/**
 * Twenty seconds of a device of packets of 10 ms whose own clock shows no loss, recorded from second 1, and of its
 * track, which counts all of them and says so four times a second. Packets between `lostMs` never come here. While the
 * worker stands still, packets and words of the track wait, the words in front.
 */
function besideItsTrack(lostMs: [from: number, to: number], standsStill: (ms: number) => boolean = () => false) {
  const [intake, tape] = [new Intake(RATE, 0), new TestTape()]
  let [packets, words, deviceMs]: [number, number[], number] = [0, [], 0]
  for (let ms = 10; ms <= 20_000; ms += 10) {
    if (ms <= lostMs[0] || ms > lostMs[1]) packets++
    if (ms % 250 === 0) words.push(ms)
    if (standsStill(ms)) continue
    if (words[0] !== ms) for (const word of words.splice(0)) intake.trackDelivered(word, word, ms)
    for (; packets > 0; packets--) intake.deliver(new Int16Array(PACKET), ms, (deviceMs += 10))
    for (const word of words.splice(0)) intake.trackDelivered(word, word, ms)
    if (ms === 1000) intake.start(tape, 1000)
  }
  return { intake, tape }
}

test('what the track delivered and never came here is lost, though no clock shows it', () => {
  const { intake, tape } = besideItsTrack([6100, 6160])
  expect(tape.silences).toEqual([[sampleOf(5000), intake.lostSamples]])
  expect(intake.lostSamples / 48).toBeCloseTo(60, -0.7)
})

test('what waits while the worker stands still is not lost', () => {
  const { tape } = besideItsTrack([0, 0], (ms) => ms % 6000 > 1000 && ms % 6000 < 5500)
  expect(tape.silences).toEqual([])
})

test('a loss that both the clock and the track show is filled in once', () => {
  const intake = new Intake(RATE, 0)
  const tape = new TestTape()
  for (let ms = 10; ms <= 20_000; ms += 10) {
    if (ms === 1010) intake.start(tape, 1000)
    if (ms <= 6100 || ms > 6400) intake.deliver(new Int16Array(PACKET), ms)
    if (ms % 250 === 0) intake.trackDelivered(ms, ms, ms)
  }
  expect(tape.silences.reduce((sum, [, count]) => sum + count, 0) / 48).toBeCloseTo(300, -0.7)
  expect(intake.position / 48).toBeCloseTo(19_000, -0.7)
})
