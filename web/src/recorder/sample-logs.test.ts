import 'fake-indexeddb/auto'
import { expect, test } from 'vitest'
import { IndexedDbLog } from './indexeddb-log'
import { SampleLogs } from './sample-logs'

const OF = { sessionId: 'a', n: 0, rateHz: 8000 }
const SAMPLES = Int16Array.of(1, 2, 3)

function raise(error: unknown): void {
  throw error
}

test('what an earlier visit wrote into the other log is found, read and forgotten', async () => {
  const [usual, other] = [await IndexedDbLog.create(raise, 'usual'), await IndexedDbLog.create(raise, 'other')]
  other.replace(OF, SAMPLES)
  usual.replace({ ...OF, n: 1 }, SAMPLES)
  const logs = new SampleLogs(usual, other)
  expect((await logs.leftovers()).map(({ n }) => n)).toEqual([0, 1])
  expect(await logs.read(OF)).toEqual(SAMPLES)
  await logs.drop(OF)
  expect((await logs.leftovers()).map(({ n }) => n)).toEqual([1])
  expect(await other.leftovers()).toEqual([])
})

test('what is recorded goes into the first log alone', async () => {
  const [usual, other] = [await IndexedDbLog.create(raise, 'first'), await IndexedDbLog.create(raise, 'second')]
  new SampleLogs(usual, other).replace(OF, SAMPLES)
  expect([(await usual.leftovers()).length, (await other.leftovers()).length]).toEqual([1, 0])
})
