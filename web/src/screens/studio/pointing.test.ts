import { expect, test } from 'vitest'
import { pointingOf, without } from './pointing'

const VERSE = 'בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים'

test('points and accents are hidden each for themselves', () => {
  expect(without(VERSE, { points: true, accents: true })).toBe('בראשית ברא אלהים')
  expect(without(VERSE, { points: false, accents: true })).toBe('בְּרֵאשִׁית בָּרָא אֱלֹהִים')
  expect(without(VERSE, { points: true, accents: false })).toBe('בראש֖ית בר֣א אלה֑ים')
  expect(without(VERSE, { points: false, accents: false })).toBe(VERSE)
})

test('maqaf, paseq, sof pasuq and geresh stay', () => {
  expect(without('עַל־פְּנֵי ׀ ג׳׃', { points: true, accents: true })).toBe('על־פני ׀ ג׳׃')
})

test('a text offers to hide what it has', () => {
  expect(pointingOf([['שלום.'], ['הכול טוב.']], 'he')).toEqual({ points: false, accents: false })
  expect(pointingOf([['שלום.'], ['הַכֹּל טוֹב.']], 'he')).toEqual({ points: true, accents: false })
  expect(pointingOf([[VERSE]], 'he-IL')).toEqual({ points: true, accents: true })
})

test('points of Yiddish are spelling', () => {
  expect(pointingOf([['די מאַמע איז געבליבן אין דער היים.']], 'yi')).toEqual({ points: false, accents: false })
})
