/** Messages of screens that are loaded later: a family of them says its own and those of all screens. */
import { speaking, t as general, type InterfaceLanguage, type MessageKey } from './index.svelte'
import { fill, type Values } from './messages'

/** Gives the function that says a family's messages in the language of the interface. */
export function family<Key extends string>(
  messages: Record<InterfaceLanguage, Record<Key, string>>,
): (key: Key | MessageKey, values?: Values) => string {
  const isOurs = (key: Key | MessageKey): key is Key => key in messages.en
  return (key, values = {}) => {
    if (!isOurs(key)) return general(key, values)
    return fill(messages[speaking.language][key], values, speaking.language)
  }
}
