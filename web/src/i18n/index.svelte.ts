/**
 * The interface's language: what it says, which way it runs, how it writes times and dates.
 *
 * Messages come in families, each with a file for every language; only those of the language spoken are loaded.
 */
import { noteOf, recall, remember } from '../state/remembered'
import type { en } from './en'
import { fill, type Values } from './messages'

/** Every language of the interface, under its own name; dates in digits where a browser knows no month of it. */
export const LANGUAGES = {
  he: { name: 'עברית', direction: 'rtl', dates: ['he'] },
  yi: { name: 'ייִדיש', direction: 'rtl', dates: ['yi', 'de'] },
  en: { name: 'English', direction: 'ltr', dates: ['en'] },
} as const

export type InterfaceLanguage = keyof typeof LANGUAGES
export type MessageKey = keyof typeof en
export type Messages = Record<MessageKey, string>
/** How the messages of a family come, one language at a time. */
export type Chunks<Key extends string> = Record<InterfaceLanguage, () => Promise<Record<Key, string>>>

const CHOSEN = 'language'
const OF_ACCOUNT = 'language-of-account'

class Interface {
  language: InterfaceLanguage = $state(preferred())
  #messages: Record<string, string> = $state.raw({})
  #families: Chunks<string>[] = []
  #wanted = this.language

  add(family: Chunks<string>): void {
    this.#families.push(family)
  }

  /** Waits until every family known by now can be said. Rejects when a file does not come. */
  async ready(): Promise<void> {
    const language = this.#wanted
    const families = [...this.#families]
    const loaded = await Promise.all(families.map((family) => family[language]()))
    if (language !== this.#wanted || families.length < this.#families.length) return this.ready()
    this.#messages = Object.assign({}, ...loaded)
    this.language = language
  }

  /** Speaks another language as soon as all of it is here. Rejects when it does not come; nothing changes then. */
  async choose(language: InterfaceLanguage): Promise<void> {
    await this.#speak(language)
    remember(CHOSEN, language)
  }

  /** Speaks what another tab has chosen, as soon as it has noted it under this key. */
  async noted(key: string | null): Promise<void> {
    const language = remembered(CHOSEN)
    if (key === noteOf(CHOSEN) && language !== null && language !== this.#wanted) await this.#speak(language)
  }

  /** Takes the language of an account, unless one was chosen on this device. */
  async follow(tag: string | null): Promise<void> {
    const language = known(tag)
    if (language === null || remembered(CHOSEN) !== null) return
    await this.#speak(language)
    remember(OF_ACCOUNT, language) // the next start begins with it
  }

  knows(key: string): boolean {
    return Object.hasOwn(this.#messages, key)
  }

  say(key: string, values: Values): string {
    return fill(this.#messages[key] ?? key, values, this.language)
  }

  get direction(): 'ltr' | 'rtl' {
    return LANGUAGES[this.language].direction
  }

  async #speak(language: InterfaceLanguage): Promise<void> {
    this.#wanted = language
    try {
      await this.ready()
    } catch (failure) {
      if (this.#wanted === language) this.#wanted = this.language
      throw failure
    }
  }
}

export const speaking = new Interface()

const everywhere: Chunks<MessageKey> = {
  he: () => import('./he').then((file) => file.he),
  yi: () => import('./yi').then((file) => file.yi),
  en: () => import('./en').then((file) => file.en),
}
speaking.add(everywhere)

/** Says a message in the language of the interface. */
export function t(key: MessageKey, values: Values = {}): string {
  return speaking.say(key, values)
}

/** Says the message that a word from the server names, or the word itself where we know none. */
export function named(family: 'reason' | 'problem' | 'language', word: string): string {
  const key = `${family}.${word}`
  return speaking.knows(key) ? speaking.say(key, {}) : word
}

/** The name of a language in the language of the interface, else in itself; its tag when nobody knows it. */
export function languageName(tag: string): string {
  if (speaking.knows(`language.${tag}`)) return named('language', tag)
  try {
    return new Intl.DisplayNames([speaking.language, tag], { type: 'language' }).of(tag) ?? tag
  } catch {
    return tag // not a tag at all
  }
}

/** A name or an address inside a sentence that may run the other way (Unicode's isolates). */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`
}

export function figure(value: number): string {
  return new Intl.NumberFormat(speaking.language).format(value)
}

export function moment(rfc3339: string): string {
  const { dates } = LANGUAGES[speaking.language]
  return new Intl.DateTimeFormat([...dates], { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(rfc3339))
}

/** The interface's language that a tag names: `he-IL` is Hebrew. */
function known(tag: string | null): InterfaceLanguage | null {
  const language = tag?.toLowerCase().split('-')[0]?.replace('iw', 'he').replace('ji', 'yi')
  return language !== undefined && language in LANGUAGES ? (language as InterfaceLanguage) : null
}

function preferred(): InterfaceLanguage {
  const wanted = [remembered(CHOSEN), remembered(OF_ACCOUNT), ...navigator.languages.map(known)]
  return wanted.find((language) => language !== null) ?? 'en'
}

function remembered(key: string): InterfaceLanguage | null {
  return known(recall(key, (value) => typeof value === 'string', null))
}
