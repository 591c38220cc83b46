/** The messages of the administration, beside those of people and of all screens. */
import type { en } from './admin.en'
import { family } from './family'
import { speaking, type MessageKey } from './index.svelte'
import type { Values } from './messages'
import type { PeopleKey } from './people'

export { isolated } from './people'

export type AdminKey = keyof typeof en
export type AdminMessages = Record<AdminKey, string>

family<AdminKey>({
  he: () => import('./admin.he').then((file) => file.he),
  yi: () => import('./admin.yi').then((file) => file.yi),
  en: () => import('./admin.en').then((file) => file.en),
})

/** Says a message of any screen in the language of the interface. */
export function t(key: AdminKey | PeopleKey | MessageKey, values: Values = {}): string {
  return speaking.say(key, values)
}

/** What the server calls a kind of job, in words; its own word where we know none. */
export function jobName(kind: string): string {
  const key = `job.${kind}`
  return speaking.knows(key) ? speaking.say(key, {}) : kind
}
