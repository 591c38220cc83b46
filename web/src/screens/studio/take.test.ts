import { describe, expect, test } from 'vitest'
import { begun, goesOnAt, keptOf, moved, type Move, type Take } from './take'

const text = [['a', 'b'], ['c']]
const at = (paragraph: number, sentence: number) => ({ paragraph, sentence })

function after(...moves: Move[]): { take: Take; said: string[] } {
  let take = begun(at(0, 0))
  const said: string[] = []
  for (const move of moves) {
    const done = moved(take, move, text)
    if (done === null) continue
    take = done.take
    said.push(`${done.mark.kind} ${done.mark.place.paragraph}.${done.mark.place.sentence}`)
  }
  return { take, said }
}

describe('reading', () => {
  test('marks the sentence that ended and goes to the next, over paragraphs', () => {
    const { take, said } = after('next', 'next')
    expect(said).toEqual(['read 0.0', 'read 0.1'])
    expect(take.place).toEqual(at(1, 0))
  })

  test('ends with the text, and nothing is marked after that', () => {
    const { take, said } = after('next', 'next', 'next', 'next', 'again')
    expect(said).toEqual(['read 0.0', 'read 0.1', 'read 1.0'])
    expect(take.finished).toBe(true)
  })

  test('"again" names the sentence that follows, which is the same', () => {
    const { take, said } = after('next', 'again', 'next')
    expect(said).toEqual(['read 0.0', 'again 0.1', 'read 0.1'])
    expect(take.read).toEqual([at(0, 0), at(0, 1)])
  })

  test('an "again" is taken back once, and only while it was the last thing said', () => {
    expect(after('again', 'undo', 'undo').said).toEqual(['again 0.0', 'undo 0.0'])
    expect(after('again', 'next', 'undo').said).toEqual(['again 0.0', 'read 0.0'])
    expect(after('undo').said).toEqual([])
  })
})

describe('after the stop', () => {
  test('reading goes on at the sentence that was being read', () => {
    const { take } = after('next')
    expect(keptOf(take, 0)).toEqual([at(0, 0)])
    expect(goesOnAt(take, 0)).toEqual(at(0, 1))
  })

  test('a dropped sentence is the next to be read', () => {
    const { take } = after('next', 'next', 'next')
    expect(keptOf(take, 1)).toEqual([at(0, 0), at(0, 1)])
    expect(goesOnAt(take, 1)).toEqual(at(1, 0))
    expect(goesOnAt(take, 0)).toBeNull()
  })
})
