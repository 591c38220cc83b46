/** Messages of screens that are loaded later: a family of them says its own and those of all screens. */
import { speaking, type Chunks, type MessageKey } from './index.svelte'
import type { Values } from './messages'

/** Gives the function that says a family's messages, of which it loads the language that is spoken. */
export function family<Key extends string>(chunks: Chunks<Key>): (key: Key | MessageKey, values?: Values) => string {
  speaking.add(chunks)
  return (key, values = {}) => speaking.say(key, values)
}
