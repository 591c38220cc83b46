import { expect, test } from 'vitest'
import { newSessionId } from './session-id'

test('an id is a UUID of version 7 that sorts by its moment', () => {
  const earlier = newSessionId(Date.UTC(2026, 0, 1))
  const later = newSessionId(Date.UTC(2026, 0, 1) + 1)
  for (const id of [earlier, later]) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  }
  expect(earlier < later).toBe(true)
  expect(parseInt(earlier.replaceAll('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 0, 1))
})

test('ids of one moment differ', () => {
  expect(new Set(Array.from({ length: 1000 }, () => newSessionId(0))).size).toBe(1000)
})
