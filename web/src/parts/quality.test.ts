import { expect, test } from 'vitest'
import type { SessionMeasures } from '../api'
import { plainMeasures } from './quality'

const fine: SessionMeasures = {
  speech_ratio: 0.824,
  integrated_lufs: -23.4,
  true_peak_dbtp: -3,
  clipped_samples: 0,
  noise_floor_db: -62,
  signal_to_noise_db: 38.6,
  dc_offset: 0,
  longest_silence_ms: 1260,
  too_clean: false,
  words_per_minute: 121.7,
  pace_outliers: [],
}
const words = (measures: SessionMeasures, reasons: string[] = []): Record<string, unknown> =>
  Object.fromEntries(
    plainMeasures(measures, { verdict: 'good', reasons }).map(({ name, word, value }) => [name, word ?? value]),
  )

test('a good recording is loud enough, in a quiet room, and too loud nowhere', () => {
  expect(words(fine)).toEqual({
    'quality.volume': 'volume.good',
    'quality.room': 'room.good',
    'quality.clipped': 'quality.clipped-good',
    'quality.speech': 82,
    'quality.silence': 1.3,
    'quality.pace': 122,
  })
})

test('what is bad is called so', () => {
  const bad = words({ ...fine, integrated_lufs: -50, signal_to_noise_db: 20, clipped_samples: 900 }, ['clipped'])
  expect(bad).toMatchObject({
    'quality.volume': 'volume.doubtful',
    'quality.room': 'room.usable',
    'quality.clipped': 'quality.clipped-usable',
  })
})

test('what could not be measured is left out', () => {
  const silent = words({ ...fine, integrated_lufs: null, signal_to_noise_db: null, words_per_minute: null })
  expect(Object.keys(silent)).toEqual(['quality.clipped', 'quality.speech', 'quality.silence'])
})
