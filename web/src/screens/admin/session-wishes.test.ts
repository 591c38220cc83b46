import { describe, expect, test } from 'vitest'
import { dayAddress, filtersOf, searchOf, wishesOf } from './session-wishes'

const SPEAKER = '01920000-0000-7000-8000-000000000001'
const asked = (search: string) => filtersOf(new URLSearchParams(search))

describe('the filters of an address', () => {
  test('are what the server is asked, and make the same address again', () => {
    const search = `?state=uploaded&verdict=doubtful&language=he&speaker=${SPEAKER}`
    expect(searchOf(asked(search))).toBe(search)
    expect(wishesOf(asked(search))).toMatchObject({
      state: 'uploaded', verdict: 'doubtful', language: 'he', speaker_id: SPEAKER, text_id: null, trouble: null,
    })
  })

  test('that nobody could fulfil are none', () => {
    expect(searchOf(asked('?state=lost&verdict=bad&language=%20&speaker=7&since=yesterday&until=2026-02-99&x=y'))).toBe('')
  })

  test('of days take the whole of them', () => {
    const { since, until } = wishesOf(asked('?since=2026-03-01&until=2026-03-01'))
    expect(since).toBe(new Date(2026, 2, 1).toISOString())
    expect(until).toBe(new Date(2026, 2, 2).toISOString())
  })
})

test('the sessions of a day have an address', () => {
  expect(dayAddress('2026-03-01')).toBe('/admin/sessions?since=2026-03-01&until=2026-03-01')
})
