import { expect, test } from 'vitest'
import { fateOf } from './invitation-fate'

const invitation = { id: '1', note: '', uses: 2, created_at: '', expires_at: '2026-01-02T00:00:00Z' }
const before = Date.parse('2026-01-01T00:00:00Z')
const after = Date.parse('2026-01-03T00:00:00Z')

test('an invitation is open until it is used up or its time is over', () => {
  expect(fateOf({ ...invitation, used: 1 }, before)).toBe('open')
  expect(fateOf({ ...invitation, used: 2 }, before)).toBe('full')
  expect(fateOf({ ...invitation, used: 1 }, after)).toBe('over')
})
