import { describe, expect, test } from 'vitest'
import { en } from '../../i18n/help.en'
import { yi } from '../../i18n/help.yi'
import { answersOf, SECTIONS, speaksOf, type SectionName } from './contents'

const names = Object.keys(SECTIONS) as SectionName[]

test('everything that the help can say of a section is in it', () => {
  const listed = names.flatMap((section) => SECTIONS[section].map((name) => `help.${section}.${name}-text`))
  const written = Object.keys(en).filter((key) => key.endsWith('-text'))
  expect(listed).toEqual(written)
})

describe('a search', () => {
  const found = (searched: string, words: Record<string, string> = en): string[] =>
    names
      .flatMap((section) => answersOf(section, (key) => words[key]!))
      .filter((answer) => speaksOf(answer, searched))
      .map(({ anchor }) => anchor)

  test('takes every word, in whatever order and case', () => {
    expect(found('KITCHENS window')).toEqual(['microphone-room'])
    expect(found('kitchens submarine')).toEqual([])
  })

  test('finds pointed words by plain ones', () => {
    expect(found('אפאראט', yi)).toContain('mine-device')
  })

  test('for nothing finds everything', () => {
    expect(found('  ').length).toBe(Object.values(SECTIONS).flat().length)
  })
})
