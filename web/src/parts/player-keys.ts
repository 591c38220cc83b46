/** What a key asks of a player. Arrows follow the direction of the text; letters and signs are told by their place. */
import type { Direction } from '../api'
import { backward, forward } from '../screens/studio/keys'
import type { Playback } from './playback.svelte'

export type Key = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>
type Wish = (playback: Pick<Playback, 'toggle' | 'next' | 'previous' | 'faster' | 'repeating'>) => void

/** Null where a key means nothing to a player and is left to the browser. */
export function wishOf(pressed: Key, direction: Direction): Wish | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null
  switch (pressed.key) {
    case ' ':
      return (playback) => playback.toggle()
    case forward(direction):
      return (playback) => playback.next()
    case backward(direction):
      return (playback) => playback.previous()
    case '+':
    case '=':
      return (playback) => playback.faster(1)
    case '-':
      return (playback) => playback.faster(-1)
  }
  // on a Hebrew keyboard the key of the R writes another letter
  return pressed.code === 'KeyR' ? (playback) => (playback.repeating = !playback.repeating) : null
}
