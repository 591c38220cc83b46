import { expect, test } from 'vitest'
import type { SessionMeasures } from '../../api'
import { speaking } from '../../i18n/index.svelte'
import { rowsOf } from './measured'

await speaking.ready()

const measures: SessionMeasures = {
  speech_ratio: 0.416,
  integrated_lufs: null,
  true_peak_dbtp: -3,
  clipped_samples: 12,
  noise_floor_db: -60.24,
  signal_to_noise_db: 24.5,
  dc_offset: 0,
  longest_silence_ms: 6240,
  too_clean: false,
  words_per_minute: 121.3,
  pace_outliers: [],
}
const limits = { noisy: { usable: 30, doubtful: 15 }, 'long-silence': { usable: 5000, doubtful: 30_000 } }
const rows = rowsOf(measures, ['noisy'], limits)
const row = (key: string) => rows.find((one) => one.key === key)

test('a measure stands beside the limits that it is held to, and says whether it counted', () => {
  expect(row('signal_to_noise_db')).toEqual({
    key: 'signal_to_noise_db',
    value: '24.5 dB',
    limits: { usable: '30 dB', doubtful: '15 dB', worse: 'below' },
    counted: true,
  })
  expect(row('longest_silence_ms')).toMatchObject({ value: '6.2 seconds', counted: false })
  expect(row('longest_silence_ms')?.limits?.worse).toBe('above')
})

test('what there was nothing to measure of is left out, and what has no limit has none', () => {
  expect(row('integrated_lufs')).toBeUndefined()
  expect(row('speech_ratio')).toMatchObject({ value: '42 %', limits: null })
})
