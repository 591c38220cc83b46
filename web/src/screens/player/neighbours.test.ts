import { expect, test } from 'vitest'
import { neighboursOf } from './neighbours'

const PAGES = [['e', 'd'], ['c', 'b'], ['a']]
let asked = 0

async function ask(cursor: string | null): Promise<{ items: { id: string }[]; next: string | null }> {
  asked += 1
  const at = Number(cursor ?? 0)
  return { items: PAGES[at]!.map((id) => ({ id })), next: at + 1 < PAGES.length ? String(at + 1) : null }
}

test.each([
  ['e', { newer: null, older: 'd' }],
  ['d', { newer: 'e', older: 'c' }],
  ['c', { newer: 'd', older: 'b' }],
  ['a', { newer: 'b', older: null }],
  ['z', { newer: null, older: null }],
])('of %s are %o', async (id, neighbours) => {
  expect(await neighboursOf(id, ask)).toEqual(neighbours)
})

test('no more pages are asked for than are needed', async () => {
  asked = 0
  await neighboursOf('e', ask)
  expect(asked).toBe(1)
})
