/** When to look again at sessions that are still on their way. */
import type { Session } from '../../api'

const FIRST_MS = 2000
const LONGEST_MS = 15_000

export function isUnderWay(session: Session): boolean {
  return session.state !== 'uploaded' && session.state !== 'discarded'
}

/** The pause before the next look: short while things move, growing while they stand. */
export function nextPauseMs(pauseMs: number | null, changed: boolean): number {
  return pauseMs === null || changed ? FIRST_MS : Math.min(LONGEST_MS, pauseMs * 1.5)
}
