/** How far each text was read from this device: the next place, and the sentences that were kept. */
import type { Place } from '../../recorder/types'
import { recall, remember } from '../../state/remembered'
import { placeName } from './places'

export interface Progress {
  place: Place | null
  /** Names of the places that were read and kept. */
  read: string[]
}

const NOTHING: Progress = { place: null, read: [] }

export function progressOf(textId: string): Progress {
  return recall(`progress.${textId}`, isProgress, NOTHING)
}

export function rememberPlace(textId: string, place: Place): void {
  remember(`progress.${textId}`, { ...progressOf(textId), place })
}

export function rememberRead(textId: string, places: readonly Place[]): void {
  const { place, read } = progressOf(textId)
  remember(`progress.${textId}`, { place, read: [...new Set([...read, ...places.map(placeName)])] })
}

function isProgress(value: unknown): value is Progress {
  if (typeof value !== 'object' || value === null) return false
  const { place, read } = value as Partial<Progress>
  return (place === null || typeof place?.sentence === 'number') && Array.isArray(read)
}
