import 'fake-indexeddb/auto'
import { forceCloseDatabase } from 'fake-indexeddb'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Store } from './store'
import { addSegments, addSession, openStore, SEGMENT } from './testing/sessions'

let store: Store

beforeEach(async () => {
  store = await openStore()
})

test('what the server holds is counted once, and taken back once', async () => {
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 3)
  const held = async () => (await store.session(sessionId))!.heldSamples
  for (let i = 0; i < 2; i++) await store.segmentIsHeld(sessionId, 1, true)
  expect(await held()).toBe(SEGMENT)
  for (let i = 0; i < 2; i++) await store.segmentIsHeld(sessionId, 1, false)
  expect(await held()).toBe(0)
})

test('what is to be sent leaves out what is held and what is refused', async () => {
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 5)
  await store.segmentIsHeld(sessionId, 0, true)
  await store.segmentIsRefused(sessionId, 2, 'segment-differs')
  const due = async (limit: number) => (await store.segmentsToSend(sessionId, limit)).map(({ n }) => n)
  expect(await due(10)).toEqual([1, 3, 4])
  expect(await due(2)).toEqual([1, 3])
})

test('one session does not see the segments of another', async () => {
  const [one, other] = [await addSession(store), await addSession(store)]
  await addSegments(store, one, 0, 2)
  await addSegments(store, other, 0, 1)
  await store.remove(one)
  expect(await store.segments(one)).toEqual([])
  expect(await store.segments(other)).toHaveLength(1)
  expect(await store.marks(other)).toHaveLength(1)
})

test('a segment is never overwritten', async () => {
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 1)
  await expect(addSegments(store, sessionId, 0, 1)).rejects.toThrow()
  expect((await store.session(sessionId))!.segments).toBe(1)
})

test('news of a session that is gone changes nothing', async () => {
  expect(await store.changeSession('nobody', () => undefined)).toBe(false)
  await store.segmentIsHeld('nobody', 0, true)
  expect(await store.sessions()).toEqual([])
})

test('a database that the browser closed by itself is opened again', async () => {
  const opened = new Promise<IDBDatabase>((resolve) => {
    const open = indexedDB.open.bind(indexedDB)
    indexedDB.open = (...what) => {
      indexedDB.open = open
      const request = open(...what)
      request.addEventListener('success', () => resolve(request.result))
      return request
    }
  })
  const closing = await openStore()
  const sessionId = await addSession(closing)
  forceCloseDatabase((await opened) as never) // its types ask for the class
  await vi.waitFor(async () => expect((await closing.session(sessionId))?.sessionId).toBe(sessionId))
})

test('what is to be deleted is neither frozen nor forgotten before the server has deleted it', async () => {
  const sessionId = await addSession(store, { state: 'discarding' })
  await store.freeze(sessionId, 0)
  await store.removeKept(sessionId)
  const session = await store.session(sessionId)
  expect([session?.state, session?.end]).toEqual(['discarding', null])
})
