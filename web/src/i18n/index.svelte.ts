/** The interface's language: what it says, which way it runs, how it writes times and dates. */
import { en } from './en'
import { he } from './he'
import { fill, type Values } from './messages'

export type MessageKey = keyof typeof en
export type Messages = Record<MessageKey, string>

/** Every language of the interface, under its own name. */
export const LANGUAGES = {
  he: { name: 'עברית', direction: 'rtl', messages: he },
  en: { name: 'English', direction: 'ltr', messages: en },
} as const satisfies Record<string, { name: string; direction: 'ltr' | 'rtl'; messages: Messages }>

export type InterfaceLanguage = keyof typeof LANGUAGES

const STORED = 'recital.language'

class Interface {
  language: InterfaceLanguage = $state(preferred())

  choose(language: InterfaceLanguage): void {
    this.language = language
    localStorage.setItem(STORED, language)
  }

  /** Takes the language of an account, unless one was chosen on this device. */
  follow(tag: string | null): void {
    const language = known(tag)
    if (language !== null && localStorage.getItem(STORED) === null) this.language = language
  }

  get direction(): 'ltr' | 'rtl' {
    return LANGUAGES[this.language].direction
  }
}

export const speaking = new Interface()

/** Says a message in the language of the interface. */
export function t(key: MessageKey, values: Values = {}): string {
  return fill(LANGUAGES[speaking.language].messages[key], values, speaking.language)
}

/** Says the message that a word from the server names, or the word itself where we know none. */
export function named(family: 'reason' | 'problem', word: string): string {
  const key = `${family}.${word}`
  return key in en ? t(key as MessageKey) : word
}

/** The name of a language in the language of the interface; its tag when nobody knows it. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames([speaking.language], { type: 'language' }).of(tag) ?? tag
  } catch {
    return tag // not a tag at all
  }
}

/** Several words as one: "a, b and c". */
export function listed(words: string[]): string {
  return new Intl.ListFormat(speaking.language).format(words)
}

export function moment(rfc3339: string): string {
  const format = new Intl.DateTimeFormat(speaking.language, { dateStyle: 'medium', timeStyle: 'short' })
  return format.format(new Date(rfc3339))
}

/** The interface's language that a tag names: `he-IL` is Hebrew. */
function known(tag: string | null): InterfaceLanguage | null {
  const language = tag?.toLowerCase().split('-')[0]?.replace('iw', 'he')
  return language !== undefined && language in LANGUAGES ? (language as InterfaceLanguage) : null
}

function preferred(): InterfaceLanguage {
  const wanted = [localStorage.getItem(STORED), ...navigator.languages]
  return wanted.map(known).find((language) => language !== null) ?? 'en'
}
