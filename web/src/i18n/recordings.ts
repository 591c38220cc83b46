/** The messages of recordings and of the player's screen. */
import { family } from './family'
import type { en } from './recordings.en'

export type RecordingsKey = keyof typeof en
export type RecordingsMessages = Record<RecordingsKey, string>

export const t = family<RecordingsKey>({
  he: () => import('./recordings.he').then((file) => file.he),
  yi: () => import('./recordings.yi').then((file) => file.yi),
  en: () => import('./recordings.en').then((file) => file.en),
})
