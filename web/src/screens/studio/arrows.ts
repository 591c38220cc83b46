/** The two arrows of a text's direction, as a hint shows them. */
import type { Direction } from '../../api'

export function forwardArrow(direction: Direction): { forward: string; backward: string } {
  return direction === 'rtl' ? { forward: '←', backward: '→' } : { forward: '→', backward: '←' }
}
