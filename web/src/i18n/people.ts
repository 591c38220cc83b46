/** The messages of the screens that are loaded later, beside those of all screens. */
import { speaking, t as general, type InterfaceLanguage, type MessageKey } from './index.svelte'
import { fill, type Values } from './messages'
import { en } from './people.en'
import { he } from './people.he'

export type PeopleKey = keyof typeof en
export type PeopleMessages = Record<PeopleKey, string>

const MESSAGES: Record<InterfaceLanguage, PeopleMessages> = { he, en }
const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(['he', 'yi', 'ar', 'fa', 'ur', 'ji', 'iw', 'arc', 'dv', 'ps', 'sd'])

/** Says a message of any screen in the language of the interface. */
export function t(key: PeopleKey | MessageKey, values: Values = {}): string {
  if (!(key in en)) return general(key as MessageKey, values)
  return fill(MESSAGES[speaking.language][key as PeopleKey], values, speaking.language)
}

/** Which way a language runs, by its tag. */
export function directionOf(tag: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(tag.toLowerCase().split('-')[0] ?? '') ? 'rtl' : 'ltr'
}

/** A name or an address inside a sentence that may run the other way (Unicode's isolates). */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`
}
