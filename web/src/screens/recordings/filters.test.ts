import { expect, test } from 'vitest'
import { kindOf, queryOf } from './filters'

test('deleted recordings are never asked for', () => {
  expect(queryOf('all', null).state).not.toContain('discarded')
  expect(queryOf('under-way', null)).toEqual({ state: ['active', 'ended', 'aggregated'] })
})

test('a text and a remark are asked for together', () => {
  expect(queryOf('trouble', 't7')).toMatchObject({ text_id: 't7', trouble: 'true' })
})

test('an address may say what it likes', () => {
  expect(kindOf('published')).toBe('published')
  expect(kindOf('nonsense')).toBe('all')
  expect(kindOf(null)).toBe('all')
})
