import { expect, test } from 'vitest'
import { refusal } from './refusals'

test('a refusal is said in plain words, and one that nobody foresaw in general ones', () => {
  expect(refusal('provider-unavailable')).toBe('refused.provider')
  expect(refusal('something-new')).toBe('refused.otherwise')
  expect(refusal('constructor')).toBe('refused.otherwise')
})
