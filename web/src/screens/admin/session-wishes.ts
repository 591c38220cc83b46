/** Which sessions a list shows: as an address says it, and as the server is asked. */
import type { SessionState, SessionWishes, Verdict } from '../../api'
import { address } from '../../router'
import { changed } from '../../state/wishes'

export const STATES = ['active', 'ended', 'aggregated', 'uploaded', 'discarded'] as const satisfies SessionState[]
export const VERDICTS = ['good', 'usable', 'doubtful'] as const satisfies Verdict[]

/** The filters by their names in an address. `since` and `until` are days of the calendar, both included. */
export const FILTERS = ['state', 'verdict', 'trouble', 'language', 'speaker', 'text', 'since', 'until'] as const
export type Filter = (typeof FILTERS)[number]
export type Filters = Record<Filter, string | null>

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const DAY = /^\d{4}-\d{2}-\d{2}$/
const TAG = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$/

/** What an address asks for; a wish that nobody could fulfil, such as one mistyped by hand, is none. */
export function filtersOf(query: URLSearchParams): Filters {
  const wish = (name: Filter, isOne: (value: string) => boolean): string | null => {
    const value = query.get(name)
    return value !== null && isOne(value) ? value : null
  }
  return {
    state: wish('state', (value) => STATES.some((one) => one === value)),
    verdict: wish('verdict', (value) => VERDICTS.some((one) => one === value)),
    trouble: wish('trouble', (value) => value === 'true'),
    language: wish('language', (value) => TAG.test(value)),
    speaker: wish('speaker', (value) => UUID.test(value)),
    text: wish('text', (value) => UUID.test(value)),
    since: wish('since', isDay),
    until: wish('until', isDay),
  }
}

/** The part of an address after the question mark that asks for these filters again. */
export function searchOf(filters: Filters): string {
  return changed('', filters)
}

/** What the server is asked: whole days of this device's calendar become moments. */
export function wishesOf({ speaker, text, since, until, ...others }: Filters): SessionWishes {
  return {
    ...others,
    speaker_id: speaker,
    text_id: text,
    since: since && midnight(since, 0),
    until: until && midnight(until, 1),
  }
}

/** Where the sessions of one day are listed. */
export function dayAddress(date: string): string {
  return address.admin('sessions', changed('', { since: date, until: date }))
}

function isDay(value: string): boolean {
  return DAY.test(value) && !Number.isNaN(Date.parse(value))
}

/** The beginning of a day, so many days later. */
function midnight(day: string, later: number): string {
  const [year, month, date] = day.split('-').map(Number)
  return new Date(year!, month! - 1, date! + later).toISOString()
}
