import { describe, expect, test } from 'vitest'
import { intentOf, type Intent, type Key, type Mode } from './keys'

function key(name: string, with_: Partial<Key> = {}): Key {
  return { key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, ...with_ }
}

describe('the arrow that points forward in the text', () => {
  test('is the left one in Hebrew and the right one in English', () => {
    expect(intentOf(key('ArrowLeft'), 'recording', 'rtl')).toBe('next')
    expect(intentOf(key('ArrowRight'), 'recording', 'ltr')).toBe('next')
    expect(intentOf(key('ArrowLeft'), 'choosing', 'rtl')).toBe('next-sentence')
    expect(intentOf(key('ArrowRight'), 'choosing', 'ltr')).toBe('next-sentence')
  })

  test('has its opposite only before the recording', () => {
    expect(intentOf(key('ArrowRight'), 'choosing', 'rtl')).toBe('previous-sentence')
    expect(intentOf(key('ArrowRight'), 'recording', 'rtl')).toBeNull()
  })
})

describe('a key', () => {
  test.each<[string, Mode, Intent]>([
    [' ', 'recording', 'next'],
    ['Backspace', 'recording', 'again'],
    ['Enter', 'recording', 'stop'],
    ['Enter', 'choosing', 'start'],
    ['ArrowDown', 'choosing', 'next-paragraph'],
    ['ArrowUp', 'choosing', 'previous-paragraph'],
  ])('%j while %s asks for %s', (name, mode, intent) => {
    expect(intentOf(key(name), mode, 'ltr')).toBe(intent)
  })

  test('that takes back a mistaken "again"', () => {
    expect(intentOf(key('Backspace', { shiftKey: true }), 'recording', 'ltr')).toBe('undo')
    expect(intentOf(key('z', { ctrlKey: true }), 'recording', 'ltr')).toBe('undo')
    expect(intentOf(key('Z', { metaKey: true }), 'recording', 'rtl')).toBe('undo')
  })

  test('that is held down counts once', () => {
    expect(intentOf(key(' ', { repeat: true }), 'recording', 'ltr')).toBeNull()
    expect(intentOf(key('Enter', { repeat: true }), 'choosing', 'ltr')).toBeNull()
    expect(intentOf(key('ArrowRight', { repeat: true }), 'choosing', 'ltr')).toBe('next-sentence')
  })

  test('that belongs to the browser is left to it', () => {
    expect(intentOf(key('ArrowLeft', { altKey: true }), 'choosing', 'ltr')).toBeNull()
    expect(intentOf(key(' ', { ctrlKey: true }), 'recording', 'ltr')).toBeNull()
    expect(intentOf(key(' '), 'choosing', 'ltr')).toBeNull()
    expect(intentOf(key('Tab'), 'recording', 'ltr')).toBeNull()
  })
})
