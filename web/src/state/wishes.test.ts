import { expect, test } from 'vitest'
import { changed } from './wishes'

test('a wish is added, replaced or taken away, and the others stay', () => {
  expect(changed('', { state: 'ended' })).toBe('?state=ended')
  expect(changed('?state=ended&language=he', { state: 'active' })).toBe('?state=active&language=he')
  expect(changed('?state=ended&language=he', { state: null, language: '' })).toBe('')
})
