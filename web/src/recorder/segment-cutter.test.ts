import { expect, test } from 'vitest'
import { concatenate } from './pcm'
import { SegmentCutter, type CutSegment } from './segment-cutter'

function cutterOf(segmentSamples: number) {
  const cut: CutSegment[] = []
  const logs = new Map<number, Int16Array>()
  const cutter = new SegmentCutter(segmentSamples, {
    added: (n, samples) => logs.set(n, concatenate([logs.get(n) ?? new Int16Array(), samples])),
    changed: (n, samples) => logs.set(n, samples.slice()),
    cut: (segment) => cut.push(segment),
  })
  return { cutter, cut, logs }
}

const counting = (from: number, count: number) => Int16Array.from({ length: count }, (_, i) => from + i)

test('segments are of one length, and each starts where the one before stops', () => {
  const { cutter, cut } = cutterOf(100)
  for (let at = 0; at < 330; at += 33) cutter.append(counting(at, 33))
  cutter.cut()
  expect(cut.map(({ n, firstSample, samples }) => [n, firstSample, samples.length])).toEqual([
    [0, 0, 100],
    [1, 100, 100],
    [2, 200, 100],
    [3, 300, 30],
  ])
  expect(concatenate(cut.map(({ samples }) => samples))).toEqual(counting(0, 330))
})

test('a packet longer than a segment fills several', () => {
  const { cutter, cut } = cutterOf(10)
  cutter.append(counting(0, 35))
  expect(cut).toHaveLength(3)
  expect(cutter.position).toBe(35)
})

test('nothing makes no segment', () => {
  const { cutter, cut } = cutterOf(10)
  cutter.cut()
  cutter.append(counting(0, 10))
  cutter.cut()
  expect(cut).toHaveLength(1)
})

test('the log of the open segment holds what the segment will', () => {
  const { cutter, cut, logs } = cutterOf(100)
  cutter.append(counting(0, 150))
  cutter.insertSilence(120, 20)
  cutter.append(counting(150, 40))
  cutter.cut()
  for (const { n, samples } of cut) expect(logs.get(n), `segment ${n}`).toEqual(samples)
})

test('silence for lost samples goes to where they were lost', () => {
  const { cutter, cut } = cutterOf(100)
  cutter.append(counting(0, 50))
  expect(cutter.insertSilence(30, 5)).toBe(30)
  cutter.cut()
  expect(cut[0]!.samples).toEqual(concatenate([counting(0, 30), new Int16Array(5), counting(30, 20)]))
})

test('silence that belongs into a finished segment starts the open one', () => {
  const { cutter, cut } = cutterOf(100)
  cutter.append(counting(0, 120))
  expect(cutter.insertSilence(90, 200)).toBe(100)
  cutter.cut()
  expect(cut.map(({ samples }) => samples.length)).toEqual([100, 100, 100, 20])
  expect(cut[3]!.samples).toEqual(counting(100, 20))
})
