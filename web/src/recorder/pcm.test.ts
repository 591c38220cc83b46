import { expect, test } from 'vitest'
import { toInt16 } from './pcm'

const every = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768)

test('every sample of a 16-bit microphone comes back, from either kind of browser', () => {
  const chromium = Float32Array.from(every, (sample) => sample / (sample < 0 ? 32_768 : 32_767))
  const others = Float32Array.from(every, (sample) => sample / 32_768)
  expect(toInt16(chromium, 32_767)).toEqual(every)
  expect(toInt16(others, 32_768)).toEqual(every)
})

test('what is beyond full scale is clipped, not wrapped', () => {
  expect([...toInt16(Float32Array.of(1.5, -1.5, 1), 32_768)]).toEqual([32_767, -32_768, 32_767])
})
