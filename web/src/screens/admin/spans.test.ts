import { describe, expect, test } from 'vitest'
import { speaking } from '../../i18n/index.svelte'
import { dayName, lasting, recordedTime } from './spans'

await speaking.ready()

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('a length of time', () => {
  test.each([
    [800, 'one second'],
    [25_000, '25 seconds'],
    [HOUR, 'one hour'],
    [3 * HOUR + 20 * MINUTE, '3 hours 20 minutes'],
    [49 * HOUR + 20 * MINUTE, '2 days one hour'],
  ])('of %i ms is said in its greatest units', (ms, said) => expect(lasting(ms)).toBe(said))

  test.each([
    [0, '0 seconds'],
    [90_000, '2 minutes'],
    [3.44 * HOUR, '3.4 hours'],
    [1234 * HOUR, '1,234 hours'],
  ])('of %i ms that was recorded is said in hours, or less', (ms, said) => expect(recordedTime(ms)).toBe(said))
})

test('a day keeps its name wherever one reads it', () => {
  expect(dayName('2026-11-01')).toBe('Nov 1')
  expect(dayName('2026-11-01', true)).toBe('Sunday, November 1')
})
