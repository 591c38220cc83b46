/** What a key asks for in the studio. Arrows follow the direction of the text. */
import type { Direction } from '../../api'
import type { Step } from './places'

export type Mode = 'choosing' | 'recording'
export type Intent = Step | 'start' | 'stop' | 'next' | 'again' | 'undo'

export type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'repeat'>

/** Null where a key means nothing to us and is left to the browser. */
export function intentOf(pressed: Key, mode: Mode, direction: Direction): Intent | null {
  const undo = (pressed.ctrlKey || pressed.metaKey) && pressed.key.toLowerCase() === 'z'
  if (mode === 'recording' && undo) return pressed.repeat ? null : 'undo'
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null
  return mode === 'recording' ? whileRecording(pressed, direction) : whileChoosing(pressed, direction)
}

function whileRecording(pressed: Key, direction: Direction): Intent | null {
  if (pressed.repeat) return null // a key that is held down is one press
  switch (pressed.key) {
    case forward(direction):
    case ' ':
      return 'next'
    case 'Backspace':
      return pressed.shiftKey ? 'undo' : 'again'
    case 'Enter':
      return 'stop'
    default:
      return null
  }
}

function whileChoosing(pressed: Key, direction: Direction): Intent | null {
  switch (pressed.key) {
    case forward(direction):
      return 'next-sentence'
    case backward(direction):
      return 'previous-sentence'
    case 'ArrowDown':
      return 'next-paragraph'
    case 'ArrowUp':
      return 'previous-paragraph'
    case 'Enter':
      return pressed.repeat ? null : 'start'
    default:
      return null
  }
}

export function forward(direction: Direction): 'ArrowLeft' | 'ArrowRight' {
  return direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight'
}

export function backward(direction: Direction): 'ArrowLeft' | 'ArrowRight' {
  return direction === 'rtl' ? 'ArrowRight' : 'ArrowLeft'
}

/** Whether the thing in focus has its own use for this key: a button for Space, a field for letters. */
export function keepsKey(focused: Element | null, key: string): boolean {
  if (focused === null) return false
  if (focused.closest('input, select, textarea, dialog, [role=menu], [contenteditable]') !== null) return true
  if (key === 'Enter' && focused.closest('a[href]') !== null) return true
  return (key === ' ' || key === 'Enter') && focused.closest('button, summary') !== null
}
