import { expect, test } from 'vitest'
import { longSentences, shownOf } from './preview'

const text = {
  paragraphs: [['a', 'b, c'], ['d'], ['e', 'f']],
  pieces: [[null, ['b, ', 'c']], [null], [null, ['f']]],
}

test('a preview begins at the beginning and shows so many sentences', () => {
  expect(shownOf(text, 3)).toEqual([
    [
      { words: 'a', pieces: null },
      { words: 'b, c', pieces: ['b, ', 'c'] },
    ],
    [{ words: 'd', pieces: null }],
  ])
  expect(shownOf(text, 4).flat()).toHaveLength(4)
  expect(shownOf(text, 99).flat()).toHaveLength(5)
})

test('long sentences are counted, those that stay whole too', () => {
  expect(longSentences(text.pieces)).toBe(2)
})
