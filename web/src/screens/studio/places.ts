/** Moving among the sentences of a text. A place is (paragraph, sentence), both from 0. */
import type { Place } from '../../recorder/types'

export type Paragraphs = readonly (readonly string[])[]
/** Of each sentence of each paragraph: what it is read in where it is long, else null. */
export type Pieces = readonly (readonly (readonly string[] | null)[])[]

/** What is read: the words, and how long sentences are cut. */
export interface Script {
  paragraphs: Paragraphs
  pieces: Pieces
}

export type Step = 'next-sentence' | 'previous-sentence' | 'next-paragraph' | 'previous-paragraph'

export const START: Place = { paragraph: 0, sentence: 0 }

export function same(one: Place | null, other: Place | null): boolean {
  return one?.paragraph === other?.paragraph && one?.sentence === other?.sentence
}

/** A place as one word, for sets and for attributes: `3.0`. */
export function placeName(place: Place): string {
  return `${place.paragraph}.${place.sentence}`
}

/** The id of a sentence's element in the studio. */
export function sentenceId(place: Place): string {
  return `sentence-${placeName(place)}`
}

export function sentenceAt(paragraphs: Paragraphs, place: Place): string | null {
  return paragraphs[place.paragraph]?.[place.sentence] ?? null
}

/** What the sentence at a place is read in: itself, where it is not long. */
export function piecesAt(script: Script, place: Place): readonly string[] {
  return script.pieces[place.paragraph]?.[place.sentence] ?? [sentenceAt(script.paragraphs, place) ?? '']
}

/** Every place of a text, in reading order; paragraphs without sentences have none. */
export function places(paragraphs: Paragraphs): Place[] {
  return paragraphs.flatMap((sentences, paragraph) => sentences.map((_, sentence) => ({ paragraph, sentence })))
}

/** The place after this one, or null at the end of the text. */
export function after(paragraphs: Paragraphs, place: Place): Place | null {
  const all = places(paragraphs)
  return all[all.findIndex((candidate) => same(candidate, place)) + 1] ?? null
}

/** Where a step leads; the same place where there is nothing further that way. */
export function moved(paragraphs: Paragraphs, place: Place, step: Step): Place {
  const all = places(paragraphs)
  const here = all.findIndex((candidate) => same(candidate, place))
  switch (step) {
    case 'next-sentence':
      return all[here + 1] ?? place
    case 'previous-sentence':
      return all[here - 1] ?? place
    case 'next-paragraph':
      return all.find((candidate) => candidate.paragraph > place.paragraph) ?? place
    case 'previous-paragraph':
      return paragraphStart(all, place)
  }
}

/** First back to the paragraph's own beginning, then to the one before, as a music player does. */
function paragraphStart(all: Place[], place: Place): Place {
  if (place.sentence > 0) return { paragraph: place.paragraph, sentence: 0 }
  const before = all.filter((candidate) => candidate.paragraph < place.paragraph).at(-1)
  return before === undefined ? place : { paragraph: before.paragraph, sentence: 0 }
}

/** The first unread sentence from `from` on, else the first unread one at all, else null. */
export function nextUnread(paragraphs: Paragraphs, from: Place | null, read: ReadonlySet<string>): Place | null {
  const all = places(paragraphs)
  const here = from === null ? all.length : all.findIndex((candidate) => same(candidate, from))
  const unread = (place: Place): boolean => !read.has(placeName(place))
  return all.slice(here).find(unread) ?? all.find(unread) ?? null
}
