import { describe, expect, test } from 'vitest'
import { clock } from './duration'
import { fill, holes } from './messages'

type Messages = Record<string, string>

/** Every file of messages: `he.ts` is the family of all screens in Hebrew, `people.he.ts` that about people. */
const found = import.meta.glob<Record<string, Messages>>(['./{en,he,yi}.ts', './*.{en,he,yi}.ts'], { eager: true })
const files = Object.entries(found).map(([path, exported]) => {
  const [language = '', family = 'general'] = path.slice('./'.length, -'.ts'.length).split('.').reverse()
  return { family, language, messages: exported[language] ?? {} }
})
const of = (family: string, language: string): Messages =>
  files.find((file) => file.family === family && file.language === language)?.messages ?? {}
const english = files.filter((file) => file.language === 'en')
const all: Messages = Object.assign({}, ...english.map((file) => file.messages))

test('no message is said in two places', () => {
  expect(english.flatMap((file) => Object.keys(file.messages)).length).toBe(Object.keys(all).length)
})

test('no family lacks a language', () => {
  expect(english.length).toBeGreaterThan(1)
  expect(files.length).toBe(english.length * 3)
})

describe.each(files)('the messages of “$family” in $language', ({ family, messages }) => {
  const en = of(family, 'en')

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
    const silent = Object.keys(messages).filter((key) => messages[key]?.trim() === '' && key !== 'stop.asked')
    expect(silent).toEqual([])
  })
})

test('no message is left that nothing says', () => {
  const files = import.meta.glob<string>(['../**/*.svelte', '../**/*.ts', '!./*'], {
    query: '?raw',
    import: 'default',
    eager: true,
  })
  const code = Object.values(files).join('\n')
  const families = ['reason', 'problem', 'language', 'job'] // said by `named`, by words from outside
  const silent = Object.keys(all).filter((key) => {
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

  test('chooses it in Yiddish as well', () => {
    const words = '{count, plural, one {איין זאַץ} other {# זאַצן}}'
    expect([1, 2, 0].map((count) => fill(words, { count }, 'yi'))).toEqual(['איין זאַץ', '2 זאַצן', '0 זאַצן'])
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
