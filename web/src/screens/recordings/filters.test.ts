import { expect, test } from 'vitest'
import { isShown, kindOf, queryOf } from './filters'

test('deleted recordings are asked for only among those with a remark, for what came to nothing', () => {
  expect(queryOf('all', null).state).not.toContain('discarded')
  expect(queryOf('under-way', null)).toEqual({ state: ['active', 'ended', 'aggregated'] })
  expect(queryOf('trouble', null).state).toContain('discarded')
})

test('a deleted recording is shown when there was nothing in it, and never when one has deleted it', () => {
  expect(isShown({ state: 'discarded', problem: 'empty' })).toBe(true)
  expect(isShown({ state: 'discarded', problem: null })).toBe(false)
  expect(isShown({ state: 'discarded', problem: 'S3 refuses (AccessDenied).' })).toBe(false)
  expect(isShown({ state: 'ended', problem: null })).toBe(true)
})

test('a text and a remark are asked for together', () => {
  expect(queryOf('trouble', 't7')).toMatchObject({ text_id: 't7', trouble: 'true' })
})

test('an address may say what it likes', () => {
  expect(kindOf('published')).toBe('published')
  expect(kindOf('nonsense')).toBe('all')
  expect(kindOf(null)).toBe('all')
})
