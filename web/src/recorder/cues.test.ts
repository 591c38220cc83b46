import { expect, test } from 'vitest'
import { cuesOf } from './cues'
import type { StoredMark } from './stored'
import type { MarkKind } from './types'

/** Marks of one paragraph at 1000 samples a second: kind, sentence, millisecond. */
function marks(...rows: [MarkKind, number, number][]): StoredMark[] {
  return rows.map(([kind, sentence, atSample], n) => ({ sessionId: 's', n, kind, paragraph: 0, sentence, atSample }))
}

function stretches(...rows: [MarkKind, number, number][]): [number, number, number][] {
  return cuesOf(marks(...rows), 1000, 3500).map(({ place, startMs, endMs }) => [place.sentence, startMs, endMs])
}

test('a sentence lasts from the end of the one before', () => {
  expect(stretches(['read', 0, 900], ['read', 1, 2100])).toEqual([
    [0, 0, 900],
    [1, 900, 2100],
  ])
})

test('a take that is read again is void', () => {
  expect(stretches(['read', 0, 900], ['again', 1, 1500], ['again', 1, 2000], ['read', 1, 3000])).toEqual([
    [0, 0, 900],
    [1, 2000, 3000],
  ])
})

test('an undone again never was', () => {
  expect(stretches(['read', 0, 900], ['again', 1, 1500], ['undo', 1, 1700], ['read', 1, 3000])).toEqual([
    [0, 0, 900],
    [1, 900, 3000],
  ])
})

test('what is skipped is void, and reading goes on elsewhere', () => {
  expect(stretches(['read', 0, 900], ['skip', 5, 1500], ['read', 5, 3000])).toEqual([
    [0, 0, 900],
    [5, 1500, 3000],
  ])
})

test('a take without audio is none: a key that bounced, or a mark behind what a crash left', () => {
  expect(stretches(['read', 0, 900], ['read', 1, 900], ['read', 2, 4000], ['read', 3, 5000])).toEqual([
    [0, 0, 900],
    [2, 900, 3500],
  ])
})
