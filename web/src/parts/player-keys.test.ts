import { expect, test } from 'vitest'
import { wishOf, type Key } from './player-keys'

function done(pressed: Partial<Key>, direction: 'ltr' | 'rtl' = 'ltr'): string {
  const told: string[] = []
  const playback = {
    toggle: () => told.push('toggle'),
    next: () => told.push('next'),
    previous: () => told.push('previous'),
    faster: (steps: number) => told.push(steps > 0 ? 'faster' : 'slower'),
    repeating: false,
  }
  const none = { key: '', code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }
  wishOf({ ...none, ...pressed }, direction)?.(playback as never)
  return playback.repeating ? 'repeat' : told.join()
}

test.each([
  [{ key: ' ' }, 'toggle'],
  [{ key: '+' }, 'faster'],
  [{ key: '=' }, 'faster'],
  [{ key: '-' }, 'slower'],
  [{ key: 'r', code: 'KeyR' }, 'repeat'],
  [{ key: 'ר', code: 'KeyR' }, 'repeat'],
  [{ key: 'x', code: 'KeyX' }, ''],
])('%o asks for: %s', (pressed, wish) => expect(done(pressed)).toBe(wish))

test('arrows follow the direction of the text', () => {
  expect(done({ key: 'ArrowRight' })).toBe('next')
  expect(done({ key: 'ArrowRight' }, 'rtl')).toBe('previous')
  expect(done({ key: 'ArrowLeft' }, 'rtl')).toBe('next')
})

test('keys of the browser stay the browser’s', () => {
  expect(done({ key: 'r', code: 'KeyR', ctrlKey: true })).toBe('')
  expect(done({ key: '+', metaKey: true })).toBe('')
})
