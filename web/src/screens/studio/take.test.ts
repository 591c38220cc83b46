import { describe, expect, test } from 'vitest'
import type { Script } from './places'
import { begun, goesOnAt, keptOf, moved, stopped, type Move, type Take } from './take'

const text: Script = {
  paragraphs: [['a', 'b'], ['c']],
  pieces: [[null, null], [null]],
}
const long: Script = {
  paragraphs: [['one, two, three.', 'b'], ['four; five.']],
  pieces: [[['one, ', 'two, ', 'three.'], null], [['four; ', 'five.']]],
}
const at = (paragraph: number, sentence: number) => ({ paragraph, sentence })

function after(...moves: Move[]): { take: Take; said: string[] } {
  return reading(text, begun(at(0, 0)), moves)
}

function reading(script: Script, from: Take, moves: readonly Move[]): { take: Take; said: string[] } {
  let take = from
  const said: string[] = []
  for (const move of moves) {
    const done = moved(take, move, script)
    if (done === null) continue
    take = done.take
    if (done.mark !== null) said.push(`${done.mark.kind} ${done.mark.place.paragraph}.${done.mark.place.sentence}`)
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

describe('a long sentence', () => {
  const read = (...moves: Move[]) => reading(long, begun(at(0, 0)), moves)

  test('is read piece by piece, and only its end is marked', () => {
    expect(read('next', 'next').said).toEqual([])
    expect(read('next', 'next').take).toMatchObject({ place: at(0, 0), piece: 2, read: [] })
    const { take, said } = read('next', 'next', 'next')
    expect(said).toEqual(['read 0.0'])
    expect(take).toMatchObject({ place: at(0, 1), piece: 0, read: [at(0, 0)] })
  })

  test('is read again from its first piece, by one mark', () => {
    const { take, said } = read('next', 'next', 'again')
    expect(said).toEqual(['again 0.0'])
    expect(take.piece).toBe(0)
  })

  test('goes on at the piece where "again" was said, once that is taken back', () => {
    const { take, said } = read('next', 'next', 'again', 'undo')
    expect(said).toEqual(['again 0.0', 'undo 0.0'])
    expect(take.piece).toBe(2)
    expect(read('next', 'again', 'next', 'undo').said).toEqual(['again 0.0'])
  })

  test('takes back one "again" after another only as far as the last', () => {
    expect(read('next', 'again', 'again', 'undo').take.piece).toBe(0)
  })

  test('ends with a stop at its last piece', () => {
    const done = stopped(read('next', 'next').take, long)
    expect(done?.mark).toEqual({ kind: 'read', place: at(0, 0) })
    expect(done?.take.read).toEqual([at(0, 0)])
  })

  test('is left out by a stop before its last piece, and reading goes on there', () => {
    const { take } = read('next', 'next', 'next', 'next', 'next')
    expect(take).toMatchObject({ place: at(1, 0), piece: 1 })
    const before = read('next', 'next', 'next', 'next').take
    expect(stopped(before, long)).toBeNull()
    expect([keptOf(before, 0), goesOnAt(before, 0)]).toEqual([[at(0, 0), at(0, 1)], at(1, 0)])
  })

  test('may be the last of the text', () => {
    expect(read('next', 'next', 'next', 'next', 'next', 'next').take.finished).toBe(true)
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
