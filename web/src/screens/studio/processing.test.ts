import { expect, test } from 'vitest'
import { isUntouched, processingThatIsOn } from './processing'

const off = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }

test('what a browser goes on doing is named, and what it does not tell of is not taken for off', () => {
  expect([processingThatIsOn(off), isUntouched(off)]).toEqual([[], true])
  const refusing = { ...off, noiseSuppression: true, autoGainControl: true }
  expect([processingThatIsOn(refusing), isUntouched(refusing)]).toEqual([['noiseSuppression', 'autoGainControl'], false])
  const silent = { ...off, autoGainControl: null }
  expect([processingThatIsOn(silent), isUntouched(silent)]).toEqual([[], false])
  expect(processingThatIsOn(null)).toEqual([])
})
