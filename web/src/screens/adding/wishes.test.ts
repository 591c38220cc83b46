import { expect, test } from 'vitest'
import { wished } from './wishes'

const NOTHING = { language: '', title: '', public: false, brackets: true, longSentenceWords: null }

test('whoever wants nothing says nothing', () => {
  expect(wished(NOTHING)).toEqual({})
})

test('whatever is wanted is said', () => {
  expect(wished({ language: 'yi', title: 'א', public: true, brackets: false, longSentenceWords: 12 })).toEqual({
    language: 'yi',
    title: 'א',
    public: true,
    brackets: false,
    long_sentence_words: 12,
  })
})
