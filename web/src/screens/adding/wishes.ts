/** What is wanted of a text that is added, as the server is told of it. */
import type { Offer } from '../../api'

export interface Wishes {
  /** Empty: what the text itself says. */
  language: string
  /** Empty: its own, or its first words. */
  title: string
  public: boolean
  brackets: boolean
  /** Null: the usual limit. */
  longSentenceWords: number | null
}

/** Only what differs from what the server does by itself. */
export function wished(wishes: Wishes): Omit<Offer, 'kind' | 'prose' | 'url'> {
  return {
    ...(wishes.language === '' ? {} : { language: wishes.language }),
    ...(wishes.title === '' ? {} : { title: wishes.title }),
    ...(wishes.public ? { public: true } : {}),
    ...(wishes.brackets ? {} : { brackets: false }),
    ...(wishes.longSentenceWords === null ? {} : { long_sentence_words: wishes.longSentenceWords }),
  }
}
