/** What a preview shows of a text, of which a book has too much to be drawn at once. */
export interface ShownSentence {
  words: string
  /** What it is read in where it is long, else null. */
  pieces: readonly string[] | null
}

interface Split {
  paragraphs: readonly (readonly string[])[]
  pieces: readonly (readonly (readonly string[] | null)[])[]
}

/** Paragraphs from the beginning with at most so many sentences in all. */
export function shownOf(text: Split, most: number): ShownSentence[][] {
  const shown: ShownSentence[][] = []
  let left = most
  for (const [at, sentences] of text.paragraphs.entries()) {
    if (left <= 0) break
    const some = sentences.slice(0, left)
    left -= some.length
    shown.push(some.map((words, n) => ({ words, pieces: text.pieces[at]?.[n] ?? null })))
  }
  return shown
}

export function longSentences(pieces: Split['pieces']): number {
  return pieces.reduce((sum, sentences) => sum + sentences.filter((found) => found !== null).length, 0)
}
