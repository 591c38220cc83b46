/** The messages of the standings. */
import { family } from './family'
import type { en } from './standings.en'

export type StandingsKey = keyof typeof en
export type StandingsMessages = Record<StandingsKey, string>

export const t = family<StandingsKey>({
  he: () => import('./standings.he').then((file) => file.he),
  yi: () => import('./standings.yi').then((file) => file.yi),
  en: () => import('./standings.en').then((file) => file.en),
})
