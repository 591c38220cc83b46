/** How long somebody has read, as one says it: hours and minutes, minutes alone, or seconds. */
import type { StandingsKey } from '../../i18n/standings'
import type { Values } from '../../i18n/messages'

const MINUTE_MS = 60_000

/** Rounded down, so that nobody is promised a minute that is not there; `up` for what is still to be read. */
export function readingTime(ms: number, up = false): [StandingsKey, Values] {
  const round = up ? Math.ceil : Math.floor
  if (ms < MINUTE_MS) return ['standings.seconds', { seconds: round(ms / 1000) }]
  const minutes = round(ms / MINUTE_MS)
  if (minutes < 60) return ['standings.minutes', { minutes }]
  return ['standings.hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 }]
}
