/** Looking for sentences by their words. */
export interface FoundSentence {
  paragraph: number
  sentence: number
  words: string
  /** Its address as one word: `3.0`. */
  name: string
}

const POINTS = /[\u0591-\u05bd\u05c1\u05c2\u05c7]/g

/** The first sentences in which these words are, whatever their case and points. */
export function found(
  paragraphs: readonly (readonly string[])[],
  words: string,
  most: number,
): FoundSentence[] {
  const wanted = bare(words.trim())
  const sentences: FoundSentence[] = []
  for (const [paragraph, of] of paragraphs.entries()) {
    for (const [sentence, said] of of.entries()) {
      if (sentences.length >= most) return sentences
      if (bare(said).includes(wanted)) sentences.push({ paragraph, sentence, words: said, name: `${paragraph}.${sentence}` })
    }
  }
  return sentences
}

function bare(words: string): string {
  return words.replace(POINTS, '').toLowerCase()
}
