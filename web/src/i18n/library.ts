/** The messages of adding texts, of suggestions, and of a text's own page. */
import { family } from './family'
import type { en } from './library.en'

export type LibraryKey = keyof typeof en
export type LibraryMessages = Record<LibraryKey, string>

export const t = family<LibraryKey>({
  he: () => import('./library.he').then((file) => file.he),
  yi: () => import('./library.yi').then((file) => file.yi),
  en: () => import('./library.en').then((file) => file.en),
})
