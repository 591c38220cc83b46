import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Desk } from './desk'
import { IndexedDbLog } from './indexeddb-log'
import { NoRoom } from './no-room'
import type { Store } from './store'
import { addSegments, addSession, openStore, RATE, SEGMENT, SPEAKER } from './testing/sessions'
import { voice } from './testing/voice'

let store: Store
let log: IndexedDbLog
let desk: Desk

beforeEach(async () => {
  vi.stubGlobal('self', { location: { origin: 'http://127.0.0.1:9' } })
  vi.stubGlobal('reportError', () => undefined)
  vi.stubGlobal('navigator', { onLine: true, locks: new OneTab() })
  store = await openStore()
  log = await IndexedDbLog.create(() => undefined, crypto.randomUUID())
  desk = new Desk(store, log, () => undefined)
})

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Locks as a browser with one tab gives them; Node 20 has none. */
class OneTab {
  async request(_: string, ...rest: unknown[]): Promise<unknown> {
    return (rest.at(-1) as (lock: object) => unknown)({})
  }

  query(): Promise<LockManagerSnapshot> {
    return Promise.resolve({ held: [] })
  }
}

test('each speaker sees their own, and a visitor that something is here, but not what', async () => {
  const [ours, theirs] = [await addSession(store), await addSession(store, { speakerId: 'b' })]
  const seen = async () => (await desk.pending()).map(({ sessionId, title }) => [sessionId, title])
  expect(new Set(await seen())).toEqual(new Set([[ours, ''], [theirs, '']]))
  desk.signedIn(SPEAKER)
  expect(await seen()).toEqual([[ours, 'Text']])
  await addSegments(store, theirs, 0, 1)
  expect((await desk.uploadState(null)).recordedMs).toBe(0)
  desk.signedIn(null)
  expect(await desk.uploadState(null)).toMatchObject({ signedOut: true, recordedMs: 500 })
})

test('whoever is erased leaves nothing here, and takes nothing of anybody else', async () => {
  const [ours, discarded] = [await addSession(store), await addSession(store, { state: 'discarding' })]
  const theirs = await addSession(store, { speakerId: 'b' })
  await addSegments(store, ours, 0, 2)
  desk.signedIn(SPEAKER)
  await desk.forgetAll()
  expect((await store.sessions()).map(({ sessionId }) => sessionId)).toEqual([theirs])
  expect([await store.audio(ours, 0), await store.session(discarded)]).toEqual([undefined, undefined])
})

test('a recording of which the device has not taken the last part is not ended without it', async () => {
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 2)
  log.append({ sessionId, n: 2, rateHz: RATE }, voice(SEGMENT, RATE, 2))
  const addSegment = store.addSegment.bind(store)
  store.addSegment = () => Promise.reject(new DOMException('full', 'QuotaExceededError'))
  await expect(desk.finish(sessionId)).rejects.toThrow(NoRoom)
  expect((await store.session(sessionId))!.end).toBeNull()
  store.addSegment = addSegment
  await desk.finish(sessionId)
  expect((await store.session(sessionId))!.end).toMatchObject({ segments: 3, samples: 3 * SEGMENT })
})

test('a recording whose one sentence with audio is dropped is dropped whole, as the server would do', async () => {
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 1)
  await store.addMark({ sessionId, n: 1, kind: 'read', paragraph: 0, sentence: 1, atSample: SEGMENT })
  await desk.end(sessionId, 1)
  expect((await store.session(sessionId))!.state).toBe('discarding')
})
