import { expect, test } from 'vitest'
import { readingTime } from './reading-time'

test.each([
  [0, false, ['standings.seconds', { seconds: 0 }]],
  [59_999, false, ['standings.seconds', { seconds: 59 }]],
  [119_999, false, ['standings.minutes', { minutes: 1 }]],
  [119_999, true, ['standings.minutes', { minutes: 2 }]],
  [3_600_000, false, ['standings.hours', { hours: 1, minutes: 0 }]],
  [7_319_000, true, ['standings.hours', { hours: 2, minutes: 2 }]],
] as const)('%i ms (up: %s) is said as %o', (ms, up, said) => expect(readingTime(ms, up)).toEqual(said))
