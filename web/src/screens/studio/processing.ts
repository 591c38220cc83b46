/** What the browser does to the sound although it was asked to leave it alone. */
import type { Processing } from '../../recorder/types'

export const KINDS = ['echoCancellation', 'noiseSuppression', 'autoGainControl'] as const satisfies (keyof Processing)[]

export type Kind = (typeof KINDS)[number]

export function processingThatIsOn(processing: Processing | null): Kind[] {
  return KINDS.filter((kind) => processing?.[kind] === true)
}

/** Whether the browser has said of all of it that it is off. */
export function isUntouched(processing: Processing): boolean {
  return KINDS.every((kind) => processing[kind] === false)
}
