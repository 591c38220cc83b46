/** The language that a pasted text is probably in, as a first choice in the form; null when it says nothing. */
export function guessLanguage(text: string): 'he' | 'yi' | 'en' | null {
  const hebrew = text.match(/\p{Script=Hebrew}/gu)?.length ?? 0
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0
  if (hebrew + latin === 0) return null
  if (latin > hebrew) return 'en'
  return isYiddish(text, hebrew) ? 'yi' : 'he'
}

/** Ligatures and pointed vowels that Yiddish writes in every line, and Hebrew nearly never. */
function isYiddish(text: string, hebrew: number): boolean {
  const signs = text.normalize('NFD').match(/[\u05f0-\u05f2]|\u05d0[\u05b7\u05b8]/gu)?.length ?? 0
  const pointed = text.normalize('NFD').match(/[\u05b0-\u05bc]/gu)?.length ?? 0
  if (pointed > hebrew * 0.4) return false // fully pointed Hebrew: a poem, a prayer
  return signs > hebrew * 0.02
}
