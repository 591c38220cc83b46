/** One recording as the reader makes it: which sentence is being read, which were read, what may be undone. */
import type { MarkKind, Place } from '../../recorder/types'
import { after, piecesAt, type Script } from './places'

export interface Take {
  /** The sentence that is being read, or the last one when all is read. */
  place: Place
  /** Which piece of that sentence is being read; a sentence that is not long is its only piece. */
  piece: number
  /** Sentences that were read to their end, in order; one that was read twice is in it twice. */
  read: readonly Place[]
  /** The piece at which "again" was said, if that was the last thing said, and may still be taken back. */
  undoable: number | null
  /** The text came to its end. */
  finished: boolean
}

export type Move = 'next' | 'again' | 'undo'

export interface Moved {
  take: Take
  /** Null where a sentence goes on with its next piece, of which nobody but the reader has to know. */
  mark: { kind: MarkKind; place: Place } | null
}

export function begun(place: Place): Take {
  return { place, piece: 0, read: [], undoable: null, finished: false }
}

/** Whether the piece that is being read is the last one of its sentence. */
export function isLastPiece(take: Take, script: Script): boolean {
  return take.piece >= piecesAt(script, take.place).length - 1
}

/** What a move makes of a take, and the mark that says so; null where it means nothing. */
export function moved(take: Take, move: Move, script: Script): Moved | null {
  if (take.finished) return null
  switch (move) {
    case 'next': {
      if (!isLastPiece(take, script)) return { take: { ...take, piece: take.piece + 1, undoable: null }, mark: null }
      const following = after(script.paragraphs, take.place)
      return {
        take: {
          place: following ?? take.place,
          piece: 0,
          read: [...take.read, take.place],
          undoable: null,
          finished: following === null,
        },
        mark: { kind: 'read', place: take.place },
      }
    }
    case 'again':
      return {
        take: { ...take, piece: 0, undoable: take.piece },
        mark: { kind: 'again', place: take.place },
      }
    case 'undo':
      if (take.undoable === null) return null
      return { take: { ...take, piece: take.undoable, undoable: null }, mark: { kind: 'undo', place: take.place } }
  }
}

/** What a stop makes of a take: the sentence ended with it, unless it has pieces that were not reached. */
export function stopped(take: Take, script: Script): Moved | null {
  return isLastPiece(take, script) ? moved(take, 'next', script) : null
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
