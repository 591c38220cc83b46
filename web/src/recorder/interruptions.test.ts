import { expect, test } from 'vitest'
import { isAmong } from './interruptions'

const builtIn = { deviceId: 'a', groupId: '1' }
const headset = { deviceId: 'b', groupId: '2' }

test('a pulled microphone is missed', () => {
  expect(isAmong([builtIn, headset], headset)).toBe(true)
  expect(isAmong([builtIn], headset)).toBe(false)
  expect(isAmong([], builtIn)).toBe(false)
})

test('the default microphone that became another device is noticed', () => {
  const used = { deviceId: 'default', groupId: '1' }
  expect(isAmong([{ deviceId: 'default', groupId: '1' }, builtIn], used)).toBe(true)
  expect(isAmong([{ deviceId: 'default', groupId: '2' }, headset], used)).toBe(false)
})

test('a browser that names no devices stops nothing', () => {
  expect(isAmong([{ deviceId: '', groupId: '' }], builtIn)).toBe(true)
  expect(isAmong([builtIn], {})).toBe(true)
  expect(isAmong([{ deviceId: 'a', groupId: '' }], { deviceId: 'a' })).toBe(true)
})
