import { describe, expect, test } from 'vitest'
import { after, moved, nextUnread, placeName, places, sentenceAt, type Step } from './places'

const text = [['a', 'b'], [], ['c'], ['d', 'e', 'f']]
const at = (paragraph: number, sentence: number) => ({ paragraph, sentence })

describe('moving among sentences', () => {
  test('the next one crosses a paragraph, and an empty paragraph too', () => {
    expect(after(text, at(0, 1))).toEqual(at(2, 0))
  })

  test('after the last there is none', () => {
    expect(after(text, at(3, 2))).toBeNull()
  })

  test('a place that is not in the text leads to the beginning', () => {
    expect(after(text, at(9, 9))).toEqual(at(0, 0))
  })

  test.each<[Step, [number, number], [number, number]]>([
    ['next-sentence', [0, 0], [0, 1]],
    ['next-sentence', [3, 2], [3, 2]],
    ['previous-sentence', [2, 0], [0, 1]],
    ['previous-sentence', [0, 0], [0, 0]],
    ['next-paragraph', [0, 0], [2, 0]],
    ['next-paragraph', [3, 1], [3, 1]],
    ['previous-paragraph', [3, 2], [3, 0]],
    ['previous-paragraph', [3, 0], [2, 0]],
    ['previous-paragraph', [2, 0], [0, 0]],
    ['previous-paragraph', [0, 0], [0, 0]],
  ])('%s from %j leads to %j', (step, from, to) => {
    expect(moved(text, at(...from), step)).toEqual(at(...to))
  })

  test('a sentence is found by its place, and nothing outside the text', () => {
    expect(sentenceAt(text, at(3, 1))).toBe('e')
    expect(sentenceAt(text, at(1, 0))).toBeNull()
  })
})

describe('the next unread sentence', () => {
  const read = (...names: string[]) => new Set(names)

  test('is the one where reading stopped, if it was not read', () => {
    expect(nextUnread(text, at(2, 0), read())).toEqual(at(2, 0))
  })

  test('passes over what was read before', () => {
    expect(nextUnread(text, at(2, 0), read('2.0', '3.0'))).toEqual(at(3, 1))
  })

  test('goes back to what was left out, once the end is reached', () => {
    expect(nextUnread(text, at(3, 2), read('0.0', '2.0', '3.2'))).toEqual(at(0, 1))
    expect(nextUnread(text, null, read('0.0'))).toEqual(at(0, 1))
  })

  test('is none when all is read', () => {
    expect(nextUnread(text, at(0, 0), new Set(places(text).map(placeName)))).toBeNull()
  })
})
