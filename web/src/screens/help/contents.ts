/** What the help consists of, and finding something in it. */
import type { HelpKey } from '../../i18n/help'

/** The parts of a section, by the last word of their messages; `keys` is a table. */
export const SECTIONS = {
  how: ['choose', 'check', 'read', 'slip', 'stop', 'after'],
  microphone: ['room', 'distance', 'phone', 'headset', 'bluetooth', 'laptop'],
  keys: [],
  mine: ['device', 'use', 'name', 'account'],
  questions: ['earlier', 'network', 'call', 'closed', 'signed-out', 'doubtful', 'long', 'delete', 'whom'],
} as const satisfies Record<string, readonly string[]>

export type SectionName = keyof typeof SECTIONS

export interface Answer {
  /** Where an address leads: `questions-call`. */
  anchor: string
  title: string
  text: string
}

/** The answers of a section, in the words that `said` gives. */
export function answersOf(section: SectionName, said: (key: HelpKey) => string): Answer[] {
  return SECTIONS[section].map((name) => ({
    anchor: `${section}-${name}`,
    title: said(`help.${section}.${name}` as HelpKey),
    text: said(`help.${section}.${name}-text` as HelpKey),
  }))
}

const MARKS = /\p{M}/gu // points and vowels: whoever searches seldom writes them

/** Whether every word that is searched for is in it, written large or small, pointed or not. */
export function speaksOf(answer: Pick<Answer, 'title' | 'text'>, searched: string): boolean {
  const words = plain(searched).split(/\s+/u)
  const text = plain(`${answer.title} ${answer.text}`)
  return words.every((word) => text.includes(word))
}

function plain(text: string): string {
  return text.normalize('NFKD').replace(MARKS, '').toLocaleLowerCase()
}
