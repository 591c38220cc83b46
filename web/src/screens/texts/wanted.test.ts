import { describe, expect, test } from 'vitest'
import { askedFor, filtersIn, isAll, wantedOf } from './wanted'

const of = (search: string) => wantedOf(new URLSearchParams(search))

describe('what a list of texts is to show', () => {
  test('is all of them, the newest first, where the address says nothing', () => {
    expect(isAll(of(''))).toBe(true)
    expect(askedFor(of(''))).toEqual({ q: null, scope: 'all', language: null, kind: null, max_words: null, sort: 'newest' })
  })

  test('is what the address says', () => {
    const wanted = of('q=%20cat%20&scope=mine&language=he&kind=article&minutes=15&sort=title')
    expect(askedFor(wanted)).toEqual({
      q: 'cat',
      scope: 'mine',
      language: 'he',
      kind: 'article',
      max_words: '1800',
      sort: 'title',
    })
    expect([filtersIn(wanted), isAll(wanted)]).toEqual([3, false])
  })

  test('leaves out words that nobody knows', () => {
    expect(of('scope=theirs&kind=song&minutes=7&sort=best')).toEqual(of(''))
  })
})
