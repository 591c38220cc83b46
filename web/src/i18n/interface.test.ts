import { beforeEach, expect, test, vi } from 'vitest'

const stored = new Map<string, string>()
vi.stubGlobal('localStorage', {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => stored.set(key, value),
})

/** The interface as a browser of these languages starts it. */
async function started(...languages: string[]) {
  vi.resetModules()
  vi.stubGlobal('navigator', { languages })
  const { languageName, speaking, t } = await import('./index.svelte')
  const { family } = await import('./family')
  await speaking.ready()
  return { family, languageName, speaking, t }
}

beforeEach(() => stored.clear())

test.each([
  [['fr-FR', 'he-IL', 'en'], 'he'],
  [['yi', 'en'], 'yi'],
  [['ji-US'], 'yi'],
  [['fr-FR'], 'en'],
])('a browser of %j is spoken to in %s', async (languages, spoken) => {
  const { speaking } = await started(...languages)
  expect(speaking.language).toBe(spoken)
})

test('another language is spoken when all of it is here, and the next start begins with it', async () => {
  const { speaking, t } = await started('en')
  const chosen = speaking.choose('yi')
  expect(t('nav.texts')).toBe('Texts')
  await chosen
  expect([speaking.language, speaking.direction, t('nav.texts')]).toEqual(['yi', 'rtl', 'טעקסטן'])
  expect((await started('en')).speaking.language).toBe('yi')
})

test('what another tab chooses is spoken here, too', async () => {
  const { speaking } = await started('en')
  stored.set('recital.language', '"he"')
  await speaking.noted('recital.lettering')
  expect(speaking.language).toBe('en')
  await speaking.noted('recital.language')
  expect(speaking.language).toBe('he')
})

test('of two languages chosen quickly the second is spoken', async () => {
  const { speaking } = await started('en')
  await Promise.all([speaking.choose('he'), speaking.choose('yi')])
  expect(speaking.language).toBe('yi')
})

test('the language of an account is followed unless one was chosen here', async () => {
  const { speaking } = await started('en')
  await speaking.follow('he-IL')
  expect(speaking.language).toBe('he')
  expect((await started('en')).speaking.language).toBe('he')
  await speaking.choose('yi')
  await speaking.follow('he')
  expect(speaking.language).toBe('yi')
})

test('a language that does not come changes nothing, and may come later', async () => {
  const { family, speaking } = await started('en')
  let here = false
  family({
    he: () => (here ? Promise.resolve({}) : Promise.reject(new TypeError('no network'))),
    yi: () => Promise.resolve({}),
    en: () => Promise.resolve({}),
  })
  await expect(speaking.choose('he')).rejects.toThrow('no network')
  await speaking.ready()
  expect([speaking.language, stored.size]).toEqual(['en', 0])
  here = true
  await speaking.choose('he')
  expect(speaking.language).toBe('he')
})

test('a family that is added later is said after it is ready', async () => {
  const { family, speaking } = await started('en')
  const words = (said: string) => () => Promise.resolve({ 'later.greeting': said })
  const t = family({ he: words('שלום'), yi: words('שלום־עליכם'), en: words('Hello') })
  await speaking.ready()
  expect([t('later.greeting'), t('nav.texts')]).toEqual(['Hello', 'Texts'])
})

test('languages are named in the language spoken, else in themselves', async () => {
  const { languageName, speaking } = await started('en')
  expect(['yi', 'fr', 'no such tag'].map(languageName)).toEqual(['Yiddish', 'French', 'no such tag'])
  await speaking.choose('he')
  expect(['en', 'fr'].map(languageName)).toEqual(['אנגלית', 'צרפתית'])
})
