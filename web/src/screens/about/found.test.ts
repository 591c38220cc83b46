import { expect, test } from 'vitest'
import { found } from './found'

const text = [['שָׁלוֹם לכולם.', 'Good Morning.'], [], ['שלום שוב.']]
const names = (words: string, most = 9) => found(text, words, most).map(({ name }) => name)

test('without words, sentences come in their order, and not more than wanted', () => {
  expect(names('')).toEqual(['0.0', '0.1', '2.0'])
  expect(names('', 2)).toEqual(['0.0', '0.1'])
})

test('words are found whatever their case and points', () => {
  expect(names(' שלום')).toEqual(['0.0', '2.0'])
  expect(names('morning')).toEqual(['0.1'])
  expect(names('nowhere')).toEqual([])
})
