import { describe, expect, test } from 'vitest'
import { clock } from './duration'
import { en as general } from './en'
import { he as generalHebrew } from './he'
import { fill, holes } from './messages'
import { en as people } from './people.en'
import { he as peopleHebrew } from './people.he'

const en: Record<string, string> = { ...general, ...people }
const languages: Record<string, Record<string, string>> = { en, he: { ...generalHebrew, ...peopleHebrew } }

test('no message is said in two places', () => {
  expect(Object.keys(general).filter((key) => key in people)).toEqual([])
})

describe.each(Object.entries(languages))('the messages in %s', (_, messages) => {
  test('are complete, and none is left over', () => {
    expect(Object.keys(messages).sort()).toEqual(Object.keys(en).sort())
  })

  test('have the holes of the English ones', () => {
    const differing = Object.entries(en).filter(([key, message]) => {
      return holes(message).join() !== holes(messages[key] ?? '').join()
    })
    expect(differing).toEqual([])
  })

  test('say something', () => {
    const silent = Object.keys(messages).filter((key) => messages[key]?.trim() === '')
    expect(silent).toEqual(['stop.asked'])
  })
})

test('no message is left that nothing says', () => {
  const files = import.meta.glob<string>(['../**/*.svelte', '../**/*.ts', '!./*'], {
    query: '?raw',
    import: 'default',
    eager: true,
  })
  const code = Object.values(files).join('\n')
  const families = ['reason', 'problem'] // said by `named`, by words of the server
  const silent = Object.keys(en).filter((key) => {
    const family = key.slice(0, key.indexOf('.'))
    return !families.includes(family) && !code.includes(`'${key}'`) && !code.includes(`\`${family}.$`)
  })
  expect(silent).toEqual([])
})

describe('filling a message', () => {
  const words = '{count, plural, one {מילה אחת} two {שתי מילים} other {# מילים}} ב{where}'

  test('chooses the form that the language has for a number', () => {
    expect(fill(words, { count: 1, where: 'ספר' }, 'he')).toBe('מילה אחת בספר')
    expect(fill(words, { count: 2, where: 'ספר' }, 'he')).toBe('שתי מילים בספר')
    expect(fill(words, { count: 1200, where: 'ספר' }, 'he')).toBe('1,200 מילים בספר')
  })

  test('leaves a hole without a value to be seen', () => {
    expect(fill('{n} of {count}', { n: 3 }, 'en')).toBe('3 of {count}')
  })

  test('takes a value as it is, whatever is in it', () => {
    expect(fill('“{title}”', { title: '$& {x}' }, 'en')).toBe('“$& {x}”')
  })
})

test.each([
  [0, '0:00'],
  [7400, '0:07'],
  [750_000, '12:30'],
  [3_723_000, '1:02:03'],
])('a clock shows %i ms as %s', (ms, shown) => expect(clock(ms)).toBe(shown))
