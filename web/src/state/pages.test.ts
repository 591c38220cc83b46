import { describe, expect, test } from 'vitest'
import { merged, refreshed } from './pages.svelte'

const rows = (...ids: string[]) => ids.map((id) => ({ id }))

describe('a list in pages', () => {
  test('shows a row once, also when it moved to the next page meanwhile', () => {
    expect(merged(rows('c', 'b'), rows('b', 'a'))).toEqual(rows('c', 'b', 'a'))
  })

  test('looked at again has the newest in front and keeps what was loaded before', () => {
    expect(refreshed(rows('b', 'a', 'older'), rows('c', 'b', 'a'))).toEqual(rows('c', 'b', 'a', 'older'))
  })

  test('takes the new state of a row', () => {
    expect(refreshed([{ id: 'a', state: 'ended' }], [{ id: 'a', state: 'uploaded' }])).toEqual([
      { id: 'a', state: 'uploaded' },
    ])
  })
})
