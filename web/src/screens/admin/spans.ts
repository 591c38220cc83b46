/** Dates and lengths of time in words, as the language of the interface says them. */
import { t } from '../../i18n/admin'
import { LANGUAGES, speaking } from '../../i18n/index.svelte'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const LONG = { weekday: 'long', day: 'numeric', month: 'long' } as const
const SHORT = { day: 'numeric', month: 'short' } as const
const DIGITS = { day: 'numeric', month: 'numeric' } as const

/** A length of time in its two greatest units at most: "3 hours 20 minutes". */
export function lasting(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS)
  if (minutes === 0) return t('span.seconds', { count: Math.round(ms / 1000) })
  const parts = [
    { count: Math.floor(minutes / (DAY_MS / MINUTE_MS)), unit: 'days' },
    { count: Math.floor(minutes / 60) % 24, unit: 'hours' },
    { count: minutes % 60, unit: 'minutes' },
  ] as const
  const first = parts.findIndex(({ count }) => count > 0)
  const said = parts.slice(first, first + 2).filter(({ count }) => count > 0)
  return said.map(({ count, unit }) => t(`span.${unit}`, { count })).join(' ')
}

/** What was recorded, where days would be no measure: hours with one decimal, below an hour minutes, then seconds. */
export function recordedTime(ms: number): string {
  if (ms >= HOUR_MS) return t('span.hours', { count: Math.round(ms / (HOUR_MS / 10)) / 10 })
  if (ms >= MINUTE_MS) return t('span.minutes', { count: Math.round(ms / MINUTE_MS) })
  return t('span.seconds', { count: Math.round(ms / 1000) })
}

/** A day of the calendar, such as 2026-11-27, without its year; in digits where the browser has no name for it. */
export function dayName(date: string, long = false): string {
  const { dates } = LANGUAGES[speaking.language]
  const isNamed = Intl.DateTimeFormat.supportedLocalesOf(speaking.language).length > 0
  const style = isNamed ? (long ? LONG : SHORT) : DIGITS
  return new Intl.DateTimeFormat([...dates], { timeZone: 'UTC', ...style }).format(new Date(`${date}T00:00:00Z`))
}

export function figure(value: number, decimals = 0): string {
  return new Intl.NumberFormat(speaking.language, { maximumFractionDigits: decimals }).format(value)
}
