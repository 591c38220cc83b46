/** Which texts a list shows, and in which order: as an address says it. */
import type { TextWishes } from '../../api'

/** The orders that the server knows, by the names it has for them. */
export const ORDERS = [
  { key: 'newest', says: 'shelf.newest' },
  { key: 'voices', says: 'shelf.fewest-voices' },
  { key: 'shortest', says: 'shelf.shortest' },
  { key: 'title', says: 'shelf.title-order' },
] as const

const TAG = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$/

/** What an address asks for; a wish that nobody could fulfil is none. */
export function textWishesOf(query: URLSearchParams): TextWishes {
  const wish = (name: string, isOne: (value: string) => boolean): string | null => {
    const value = query.get(name)
    return value !== null && value !== '' && isOne(value) ? value : null
  }
  return {
    q: wish('q', (value) => value.length <= 200),
    language: wish('language', (value) => TAG.test(value)),
    scope: wish('scope', (value) => value === 'public'),
    sort: wish('sort', (value) => ORDERS.some(({ key }) => key === value)),
  }
}
