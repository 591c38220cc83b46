import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Desk } from './desk'
import { IndexedDbLog } from './indexeddb-log'
import { NoRoom } from './no-room'
import type { Store } from './store'
import type { Capture } from './stored'
import { RecordedElsewhere } from './tabs'
import { addSegments, addSession, openStore, RATE, SEGMENT, SPEAKER } from './testing/sessions'
import { voice } from './testing/voice'

let store: Store
let log: IndexedDbLog
let desk: Desk

beforeEach(async () => {
  vi.stubGlobal('self', { location: { origin: 'http://127.0.0.1:9' } })
  vi.spyOn(console, 'error').mockReturnValue(undefined)
  vi.stubGlobal('navigator', { onLine: true, locks: new Locks() })
  store = await openStore()
  log = await IndexedDbLog.create(() => undefined, crypto.randomUUID())
  desk = new Desk(store, log, () => undefined)
})

afterEach(() => {
  vi.unstubAllGlobals()
})

/** Locks as a browser gives them to its tabs, as far as we use them; Node 20 has none. */
class Locks {
  #held = new Map<string, Promise<unknown>>()

  async request(name: string, ...rest: unknown[]): Promise<unknown> {
    const work = rest.at(-1) as (lock: object | null) => unknown
    if (this.#held.has(name) && (rest[0] as LockOptions).ifAvailable) return work(null)
    await this.#held.get(name)
    const done = Promise.resolve(work({})).finally(() => this.#held.delete(name))
    this.#held.set(name, done.catch(() => undefined))
    return done
  }

  query(): Promise<LockManagerSnapshot> {
    return Promise.resolve({ held: [...this.#held.keys()].map((name) => ({ name })) })
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

test('a full device takes no decision, says so, and takes it when there is room', async () => {
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 1)
  const freeze = store.freeze.bind(store)
  store.freeze = () => Promise.reject(new DOMException('full', 'QuotaExceededError'))
  await expect(desk.end(sessionId, 0)).rejects.toThrow(NoRoom)
  store.freeze = freeze
  await desk.end(sessionId, 0)
  expect((await store.session(sessionId))!.end).toMatchObject({ segments: 1, marks: 1 })
})

test('a recording whose one sentence with audio is dropped is dropped whole, as the server would do', async () => {
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 1)
  await store.addMark({ sessionId, n: 1, kind: 'read', paragraph: 0, sentence: 1, atSample: SEGMENT })
  await desk.end(sessionId, 1)
  expect((await store.session(sessionId))!.state).toBe('discarding')
})

describe('two tabs of one browser', () => {
  const reading = { textId: 'text', textRevision: 1, title: 'Text' }
  const capture = {} as Capture
  const begun = (by: Desk, sessionId: string) => by.begin(sessionId, reading, capture, 'audio/flac')

  test('do not record at the same time, and the second one says so before it is tried', async () => {
    const other = new Desk(store, log, () => undefined)
    await begun(desk, '1')
    expect([(await desk.uploadState(null)).elsewhere, (await other.uploadState(null)).elsewhere]).toEqual([null, 'recording'])
    await expect(begun(other, '2')).rejects.toThrow(RecordedElsewhere)
    await desk.stopped('1')
    await begun(other, '2')
    expect((await store.sessions()).map(({ sessionId }) => sessionId)).toEqual(['1', '2'])
  })

  test('leave to each other what is not decided yet', async () => {
    const other = new Desk(store, log, () => undefined)
    await begun(desk, '1')
    await desk.stopped('1')
    expect(await other.pending()).toEqual([])
    desk.release('1')
    expect(await other.pending()).toMatchObject([{ sessionId: '1', state: 'unfinished' }])
  })

  test('that cannot store the beginning of a recording leave the microphone to the other', async () => {
    const addSession = store.addSession.bind(store)
    store.addSession = () => Promise.reject(new DOMException('full', 'QuotaExceededError'))
    await expect(begun(desk, '1')).rejects.toThrow('full')
    store.addSession = addSession
    await begun(new Desk(store, log, () => undefined), '2')
  })
})

test('a recording is safe when the server has named all of it, and not when that was merely sent', async () => {
  const sessionId = await addSession(store, { state: 'stopped' })
  await addSegments(store, sessionId, 0, 2)
  for (const n of [0, 1]) await store.segmentIsHeld(sessionId, n, true)
  await store.changeSession(sessionId, (session) => (session.heldMarks = 2))
  expect(await desk.uploadState(null)).toMatchObject({ waitingMs: 0, safe: false })
  await store.changeSession(sessionId, (session) => (session.confirmed = { segments: 2, marks: 2 }))
  expect(await desk.uploadState(null)).toMatchObject({ safe: true })
  await store.freeze(sessionId, 0)
  expect(await desk.uploadState(null)).toMatchObject({ safe: false })
})
