import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Place } from '../../recorder/types'
import { PlaceKeeper } from './place-keeper'

const at = (paragraph: number, sentence: number) => ({ paragraph, sentence })
let told: Place[]
let sent: Place[]
let reachable: boolean
let keeper: PlaceKeeper

beforeEach(() => {
  vi.useFakeTimers()
  told = []
  sent = []
  reachable = true
  keeper = new PlaceKeeper(
    async (place) => {
      told.push(place)
      if (!reachable) throw new Error('no network')
    },
    (place) => sent.push(place),
  )
})
afterEach(() => vi.useRealTimers())

test('only the place where somebody comes to rest is told', async () => {
  keeper.keep(at(0, 0))
  keeper.keep(at(0, 1))
  await vi.runAllTimersAsync()
  expect([told, sent]).toEqual([[at(0, 1)], [at(0, 1)]])
})

test('whoever leaves waits for nothing, and nothing is told twice', async () => {
  keeper.keep(at(2, 0))
  await keeper.flush()
  await keeper.flush()
  await vi.runAllTimersAsync()
  expect(told).toEqual([at(2, 0)])
})

test('what did not arrive does not count as sent', async () => {
  reachable = false
  keeper.keep(at(1, 1))
  await keeper.flush()
  expect([told, sent]).toEqual([[at(1, 1)], []])
})

test('a place that was left meanwhile does not count as the last one', async () => {
  keeper.keep(at(0, 0))
  const first = keeper.flush()
  keeper.keep(at(0, 1))
  await first
  expect(sent).toEqual([])
})
