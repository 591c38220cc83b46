import { describe, expect, test } from 'vitest'
import { joined } from './progress'

const at = (paragraph: number, sentence: number) => ({ paragraph, sentence })
const text = { place: at(1, 0), read: [[0, 1], [], [2]] }

describe('how far somebody is', () => {
  test('is what the server says, also where this device remembers more', () => {
    const here = { place: at(0, 1), read: ['0.0', '1.0'], unsent: false }
    expect(joined(text, here, false)).toEqual({ place: at(1, 0), read: ['0.0', '0.1', '2.2'], unsent: false })
  })

  test('is what this device says of recordings that are still on their way', () => {
    const here = { place: null, read: ['0.0', '1.0'], unsent: false }
    expect(joined(text, here, true).read).toEqual(['0.0', '0.1', '2.2', '1.0'])
  })

  test('is at the place that the server has not been told of', () => {
    expect(joined(text, { place: at(2, 0), read: [], unsent: true }, false)).toMatchObject({ place: at(2, 0), unsent: true })
  })
})
