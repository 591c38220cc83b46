/** The messages of the help. */
import { family } from './family'
import type { en } from './help.en'

export type HelpKey = keyof typeof en
export type HelpMessages = Record<HelpKey, string>

export const t = family<HelpKey>({
  he: () => import('./help.he').then((file) => file.he),
  yi: () => import('./help.yi').then((file) => file.yi),
  en: () => import('./help.en').then((file) => file.en),
})
