/** The measures of a recording as rows, beside the limits that the server holds them to. */
import type { Limits, SessionMeasures } from '../../api'
import { t } from '../../i18n/admin'
import { figure } from './spans'

interface Kind {
  says: (value: number) => string
  /** The reason that the server gives when it is beyond its limits. */
  reason?: string
  /** The limits are of something else that is computed from it. */
  otherwise?: true
}

const percent = (value: number): string => `${figure(value * 100)} %`
const decibels = (unit: string) => (value: number): string => `${figure(value, 1)} ${unit}`
const seconds = (value: number): string => t('span.seconds', { count: Math.round(value / 100) / 10 })
const whole = (value: number): string => figure(value)

const KINDS = {
  speech_ratio: { says: percent, reason: 'little-speech' },
  integrated_lufs: { says: decibels('LUFS'), reason: 'quiet' },
  signal_to_noise_db: { says: decibels('dB'), reason: 'noisy' },
  noise_floor_db: { says: decibels('dBFS') },
  true_peak_dbtp: { says: decibels('dBTP') },
  clipped_samples: { says: whole, reason: 'clipped', otherwise: true },
  longest_silence_ms: { says: seconds, reason: 'long-silence' },
  words_per_minute: { says: whole },
  dc_offset: { says: (value) => figure(value, 4), reason: 'dc-offset' },
} as const satisfies Partial<Record<keyof SessionMeasures, Kind>>

export type Measured = keyof typeof KINDS

export interface Row {
  key: Measured
  value: string
  /** From here on it is a blemish, or in doubt; null where there is no limit. */
  limits: { usable: string; doubtful: string; worse: 'above' | 'below' } | null
  /** Whether the server counted it against the recording. */
  counted: boolean
}

/** A row for each measure that there is, the weightiest first. */
export function rowsOf(measures: SessionMeasures, reasons: readonly string[], limits: Limits): Row[] {
  return (Object.keys(KINDS) as Measured[]).flatMap((key) => {
    const value = measures[key]
    if (value === null) return []
    const { says, reason, otherwise }: Kind = KINDS[key]
    const limit = reason === undefined || otherwise ? undefined : limits[reason]
    return {
      key,
      value: says(value),
      limits: limit
        ? {
            usable: says(limit.usable),
            doubtful: says(limit.doubtful),
            worse: limit.doubtful < limit.usable ? 'below' : 'above',
          }
        : null,
      counted: reason !== undefined && reasons.includes(reason),
    }
  })
}
