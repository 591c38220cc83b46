import { expect, test } from 'vitest'
import { Problem, Unreachable } from '../../api'
import { choicesOf } from './adding.svelte'
import { refusalOf } from './refusals'

const problem = (slug: string, facts: Record<string, unknown> = {}) => new Problem(422, slug, '', '', null, facts)

test('a file says why it cannot be read, as far as that is known', () => {
  expect(refusalOf(problem('unreadable-file', { reason: 'scan' }))).toBe('scan')
  expect(refusalOf(problem('unreadable-file', { reason: 'something new' }))).toBe('unreadable-file')
  expect(refusalOf(problem('unreadable-file'))).toBe('unreadable-file')
})

test('what is not about the text is said by others', () => {
  expect(refusalOf(problem('too-many'))).toBeNull()
  expect(refusalOf(new Unreachable('gone'))).toBeNull()
  expect(refusalOf(null)).toBeNull()
})

test('an ambiguous title comes with what it may mean', () => {
  const choices = [{ title: 'מרקורי (כוכב לכת)', url: 'https://he.wikipedia.org/wiki/x' }]
  expect(choicesOf(problem('ambiguous-article', { choices }))).toEqual(choices)
  expect(choicesOf(problem('ambiguous-article', { choices: [null, { title: 1 }] }))).toEqual([])
  expect(choicesOf(problem('empty-text'))).toEqual([])
})
