/** How far somebody is in a text: what the server knows, and what this device knows before it. */
import type { RecitalText } from '../../api'
import type { Place } from '../../recorder/types'
import { recall, remember } from '../../state/remembered'
import { placeName } from './places'

export interface Progress {
  place: Place | null
  /** Names of the places that were read and kept. */
  read: string[]
  /** The server does not know of this place yet. */
  unsent: boolean
}

const NOTHING: Progress = { place: null, read: [], unsent: false }

export function progressOf(speakerId: string, textId: string): Progress {
  return recall(keyOf(speakerId, textId), isProgress, NOTHING)
}

export function rememberProgress(speakerId: string, textId: string, progress: Progress): void {
  remember(keyOf(speakerId, textId), progress)
}

/**
 * The server's word counts, also on what was deleted since. Of this device count a place that the server has not got,
 * and what was read while recordings of the text are still on their way.
 */
export function joined(text: Pick<RecitalText, 'place' | 'read'>, here: Progress, onTheirWay: boolean): Progress {
  const there = text.read.flatMap((sentences, paragraph) =>
    sentences.map((sentence) => placeName({ paragraph, sentence })),
  )
  return {
    place: here.unsent ? here.place : (text.place ?? null),
    read: onTheirWay ? [...new Set([...there, ...here.read])] : there,
    unsent: here.unsent,
  }
}

function keyOf(speakerId: string, textId: string): string {
  return `progress.${speakerId}.${textId}`
}

function isProgress(value: unknown): value is Progress {
  if (typeof value !== 'object' || value === null) return false
  const { place, read, unsent } = value as Partial<Progress>
  return (place === null || typeof place?.sentence === 'number') && Array.isArray(read) && typeof unsent === 'boolean'
}
