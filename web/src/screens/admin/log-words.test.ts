import { describe, expect, test } from 'vitest'
import type { LogEntry } from '../../api'
import { speaking } from '../../i18n/index.svelte'
import { EVENTS, sentenceOf } from './log-words'

await speaking.ready()

const people = { 'id-of-dana': 'dana@example.org', 'id-of-noam': 'noam@example.org' }
const entry = (facts: Partial<LogEntry>): LogEntry => ({
  id: '1',
  at: '2026-01-01T00:00:00Z',
  event: 'signed-in',
  actor_id: 'id-of-dana',
  way: 'browser',
  address: null,
  subject_id: 'id-of-noam',
  session_id: null,
  facts: {},
  ...facts,
})
const said = (facts: Partial<LogEntry>) => sentenceOf(entry(facts), people).replace(/[\u2068\u2069]/g, '')

describe('an entry of the log', () => {
  test('says who did what to whom', () => {
    expect(said({ event: 'role-changed', facts: { before: 'pending', after: 'speaker' } })).toBe(
      'dana@example.org changed the role of noam@example.org: Waiting → Speaker',
    )
  })

  test('without an account was made at the machine, or by somebody who is erased', () => {
    expect(said({ event: 'invited', actor_id: null, way: 'command-line' })).toBe('The operator made an invitation')
    expect(said({ event: 'invited', actor_id: null })).toBe('Somebody erased made an invitation')
  })

  test('of every kind has all its words', () => {
    const facts = { before: 'pending', after: 'admin', version: '1', kind: 'finalize' }
    expect(EVENTS.map((event) => said({ event, facts })).filter((words) => /[{}]/.test(words))).toEqual([])
  })
})
