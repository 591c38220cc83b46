import { expect, test } from 'vitest'
import { guessLanguage } from './guess'

test.each([
  ['הילדים יצאו אל הגן, ואמא נשארה בבית.', 'he'],
  ['בְּרֵאשִׁית בָּרָא אֱלֹהִים אֵת הַשָּׁמַיִם וְאֵת הָאָרֶץ', 'he'],
  ['די קינדער זענען געגאַנגען אין גאָרטן, און די מאַמע איז געבליבן אין דער היים.', 'yi'],
  ['The children went out into the garden.', 'en'],
  ['המחברת נסעה ל-New York בשנת 1999', 'he'],
  ['1999 …', null],
  ['', null],
])('%j is taken for %s', (text, language) => expect(guessLanguage(text)).toBe(language))
