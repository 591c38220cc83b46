import { describe, expect, test } from 'vitest'
import { clock } from './duration'
import { fill, holes } from './messages'

/** Every file of messages: `en.ts` for all screens, and a family such as `people.en.ts` for those that come later. */
const files = import.meta.glob<Record<string, Record<string, string>>>(['./??.ts', './*.??.ts'], { eager: true })
const families: Record<string, Record<string, string>[]> = {}
for (const [file, module] of Object.entries(files)) {
  const language = /(\w\w)\.ts$/.exec(file)![1]!
  ;(families[language] ??= []).push(module[language]!)
}
const languages = Object.entries(families).map(([language, found]) => [language, Object.assign({}, ...found)] as const)
const en: Record<string, string> = Object.fromEntries(languages)['en']

test('no message is said in two places', () => {
  const keys = families['en']!.flatMap((family) => Object.keys(family))
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([])
})

describe.each(languages)('the messages in %s', (_, messages: Record<string, string>) => {
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
