/** The messages of sign-in, account and administration, and what names in them need. */
import { family } from './family'
import type { en } from './people.en'

export { isolated } from './index.svelte'

export type PeopleKey = keyof typeof en
export type PeopleMessages = Record<PeopleKey, string>

export const t = family<PeopleKey>({
  he: () => import('./people.he').then((file) => file.he),
  yi: () => import('./people.yi').then((file) => file.yi),
  en: () => import('./people.en').then((file) => file.en),
})

const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(['he', 'yi', 'ar', 'fa', 'ur', 'ji', 'iw', 'arc', 'dv', 'ps', 'sd'])

/** Which way a language runs, by its tag. */
export function directionOf(tag: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(tag.toLowerCase().split('-')[0] ?? '') ? 'rtl' : 'ltr'
}
