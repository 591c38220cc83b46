/** One recording as the reader makes it: which sentence is being read, which were read, what may be undone. */
import type { MarkKind, Place } from '../../recorder/types'
import { after, type Paragraphs } from './places'

export interface Take {
  /** The sentence that is being read, or the last one when all is read. */
  place: Place
  /** Sentences that were read to their end, in order; one that was read twice is in it twice. */
  read: readonly Place[]
  /** The sentence of the "again" that was the last thing said, and may still be taken back. */
  undoable: Place | null
  /** The text came to its end. */
  finished: boolean
}

export type Move = 'next' | 'again' | 'undo'

export interface Moved {
  take: Take
  mark: { kind: MarkKind; place: Place }
}

export function begun(place: Place): Take {
  return { place, read: [], undoable: null, finished: false }
}

/** What a move makes of a take, and the mark that says so; null where it means nothing. */
export function moved(take: Take, move: Move, paragraphs: Paragraphs): Moved | null {
  if (take.finished) return null
  switch (move) {
    case 'next': {
      const following = after(paragraphs, take.place)
      return {
        take: {
          place: following ?? take.place,
          read: [...take.read, take.place],
          undoable: null,
          finished: following === null,
        },
        mark: { kind: 'read', place: take.place },
      }
    }
    case 'again':
      return { take: { ...take, undoable: take.place }, mark: { kind: 'again', place: take.place } }
    case 'undo':
      if (take.undoable === null) return null
      return { take: { ...take, undoable: null }, mark: { kind: 'undo', place: take.undoable } }
  }
}

/** What is kept of a take, without its last sentences. */
export function keptOf(take: Take, dropLast: number): readonly Place[] {
  return take.read.slice(0, take.read.length - dropLast)
}

/** Where reading goes on: at a dropped sentence, else at the one that was being read; null after the end. */
export function goesOnAt(take: Take, dropLast: number): Place | null {
  const dropped = take.read[take.read.length - dropLast]
  if (dropLast > 0 && dropped !== undefined) return dropped
  return take.finished ? null : take.place
}

