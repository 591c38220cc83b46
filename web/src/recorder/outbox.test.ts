import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Backoff } from './backoff'
import { Outbox } from './outbox'
import { Server } from './server'
import type { Store } from './store'
import type { StoredSession } from './stored'
import { decodeFlac } from './testing/decode-flac'
import { Ingest } from './testing/ingest'
import { addSegments, addSession, openStore, SEGMENT, SPEAKER } from './testing/sessions'
import { randomFrom, voice } from './testing/voice'

let ingest: Ingest
let origin: string
let store: Store
let outbox: Outbox
let stop: AbortController
let running: Promise<void>
let changed: () => void

beforeEach(async () => {
  ingest = new Ingest()
  store = await openStore()
  changed = () => undefined
  origin = await ingest.start()
  start(origin, SPEAKER)
})

afterEach(async () => {
  vi.restoreAllMocks()
  stop.abort()
  await running
  ingest.stop()
  store.close()
})

function start(origin: string, speakerId: string | null): void {
  stop = new AbortController()
  const backoff = new Backoff(() => -0.48) // waits are 50 times shorter
  outbox = new Outbox(store, new Server(origin), { changed: () => changed(), backoff, segmentTimeoutMs: 40 })
  if (speakerId !== null) outbox.signedIn(speakerId)
  running = outbox.run(stop.signal)
}

/** Resolves when `met` holds; asked again whenever the outbox moved. */
function until(met: () => boolean | Promise<boolean>): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      Promise.resolve(met()).then((now) => now && resolve(), reject)
    }
    changed = look
    outbox.poke()
    look()
  })
}

const gone = (sessionId: string) => until(async () => (await store.session(sessionId)) === undefined)

test('a kept recording is brought to the server whole, and then forgotten here', async () => {
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 4)
  await store.freeze(sessionId, 1)
  await gone(sessionId)
  const held = ingest.sessions.get(sessionId)!
  expect([...held.segments.keys()].sort()).toEqual([0, 1, 2, 3])
  expect(decodeFlac(held.segments.get(2)!.bytes).samples).toEqual(voice(SEGMENT, 8000, 2))
  expect(held.segments.get(2)!.headers).toMatchObject({
    'content-type': 'audio/flac',
    'recital-first-sample': String(2 * SEGMENT),
    'recital-sample-count': String(SEGMENT),
  })
  expect(held.marks[3]).toEqual({ n: 3, paragraph: 0, sentence: 3, at_sample: 4 * SEGMENT, kind: 'read' })
  expect(JSON.parse(held.end!)).toEqual({ segments: 4, samples: 4 * SEGMENT, marks: 4, drop_last: 1 })
  expect(await store.audio(sessionId, 0)).toBeUndefined()
})

test('a running recording is sent while it grows, and stays here until it is ended', async () => {
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 2)
  await until(async () => (await store.session(sessionId))!.heldSamples === 2 * SEGMENT)
  await addSegments(store, sessionId, 2, 3)
  await until(async () => (await store.session(sessionId))!.heldMarks === 3)
  expect(await store.audio(sessionId, 0)).toBeDefined()
  expect(ingest.sessions.get(sessionId)!.end).toBeNull()
})

describe('before it says that all of a recording is at the server', () => {
  const confirmed = async (sessionId: string) => (await store.session(sessionId))!.confirmed

  test('the server is asked what it holds, once', async () => {
    const sessionId = await addSession(store, { state: 'stopped' })
    await addSegments(store, sessionId, 0, 3)
    await until(async () => (await confirmed(sessionId)) !== undefined)
    expect(await confirmed(sessionId)).toEqual({ segments: 3, marks: 3 })
    outbox.poke()
    await addSegments(store, await addSession(store), 0, 3) // a while
    expect(ingest.calls.filter((call) => call === `GET ${sessionId}/received`)).toHaveLength(1)
  })

  test('what the server has lost since it answered for it is sent once more', async () => {
    let lost = false
    ingest.trouble = (call) => {
      if (lost || !call.endsWith('/received')) return null
      lost = true
      ingest.sessions.get(sessionId)!.segments.delete(1)
      ingest.sessions.get(sessionId)!.marks.length = 2
      return null
    }
    const sessionId = await addSession(store, { state: 'stopped' })
    await addSegments(store, sessionId, 0, 3)
    await until(async () => (await confirmed(sessionId)) !== undefined)
    const held = ingest.sessions.get(sessionId)!
    expect([[...held.segments.keys()].sort(), held.marks.length]).toEqual([[0, 1, 2], 3])
  })
})

test('a mark in samples that are not safe here yet is not sent', async () => {
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 1)
  await store.addMark({ sessionId, n: 1, kind: 'read', paragraph: 0, sentence: 1, atSample: SEGMENT + 1 })
  await until(async () => (await store.session(sessionId))!.heldSamples === SEGMENT)
  expect(ingest.sessions.get(sessionId)!.marks).toHaveLength(1)
})

describe('with a broken network', () => {
  test.each([1, 2, 3, 4])('nothing is lost or doubled when calls and answers are lost (%i)', async (seed) => {
    const random = randomFrom(seed)
    ingest.trouble = () => {
      const roll = random()
      if (roll < 0.12) return 'cut'
      if (roll < 0.24) return 'deaf'
      return roll < 0.3 ? [503] : null
    }
    const sessionId = await addSession(store)
    await addSegments(store, sessionId, 0, 8)
    await store.freeze(sessionId, 0)
    await gone(sessionId)
    const held = ingest.sessions.get(sessionId)!
    for (let n = 0; n < 8; n++) {
      expect(decodeFlac(held.segments.get(n)!.bytes).samples).toEqual(voice(SEGMENT, 8000, n))
    }
    expect(held.marks).toHaveLength(8)
  })

  test.each([0.1, 0.5, 1, 2])('a pause that ends while it is looked at ends (%d ms a look)', async (lookMs) => {
    let now = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += lookMs))
    const random = randomFrom(1)
    ingest.trouble = () => (random() < 0.3 ? 'cut' : null)
    const sessionId = await addSession(store)
    await addSegments(store, sessionId, 0, 8)
    await store.freeze(sessionId, 0)
    await gone(sessionId).finally(() => clock.mockRestore())
  })

  test('a recording made without one goes when it is back', async () => {
    let calls = 0
    ingest.trouble = () => (calls++ < 12 ? 'cut' : null)
    const sessionId = await addSession(store)
    await addSegments(store, sessionId, 0, 2)
    await store.freeze(sessionId, 0)
    await until(() => outbox.failing)
    await gone(sessionId)
    expect(outbox.failing).toBe(false)
  })
})

test('a line too slow for the first time-out is given more time', async () => {
  ingest.delayMs = (call) => (call.includes('/audio/') ? 100 : 0)
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 2)
  await store.freeze(sessionId, 0)
  await gone(sessionId)
  expect(ingest.sessions.get(sessionId)!.segments.size).toBe(2)
})

test('pieces that the server misses at the end are sent again', async () => {
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 3)
  await until(async () => (await store.session(sessionId))!.heldMarks === 3)
  await until(async () => (await store.session(sessionId))!.heldSamples === 3 * SEGMENT)
  ingest.sessions.get(sessionId)!.segments.delete(1)
  ingest.sessions.get(sessionId)!.marks.length = 2
  await store.freeze(sessionId, 0)
  await gone(sessionId)
  expect([...ingest.sessions.get(sessionId)!.segments.keys()].sort()).toEqual([0, 1, 2])
  expect(ingest.sessions.get(sessionId)!.marks).toHaveLength(3)
})

test('a session that the server forgot is opened again', async () => {
  const sessionId = await addSession(store, { opened: true })
  await addSegments(store, sessionId, 0, 2)
  await store.freeze(sessionId, 0)
  await gone(sessionId)
  expect(ingest.sessions.get(sessionId)!.segments.size).toBe(2)
})

test('what a server forgot of which all had arrived is sent again, marks too', async () => {
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 2)
  await until(async () => (await store.session(sessionId))!.heldMarks === 2)
  await until(async () => (await store.session(sessionId))!.heldSamples === 2 * SEGMENT)
  ingest.sessions.delete(sessionId)
  await addSegments(store, sessionId, 2, 3)
  await until(async () => (await store.session(sessionId))!.heldMarks === 3)
  await store.freeze(sessionId, 0)
  await gone(sessionId)
  const held = ingest.sessions.get(sessionId)!
  expect([held.segments.size, held.marks.length]).toEqual([3, 3])
})

test('what is deleted while its end is on its way is deleted at the server, too', async () => {
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 1)
  let deleted: Promise<unknown> = Promise.resolve()
  ingest.delayMs = (call) => {
    if (!call.endsWith('/end')) return 0
    deleted = store.changeSession(sessionId, (session) => {
      session.state = 'discarding'
    })
    return 100
  }
  await store.freeze(sessionId, 0)
  await gone(sessionId)
  await deleted
  expect(ingest.sessions.has(sessionId)).toBe(false)
  expect(ingest.calls.at(-1)).toBe(`DELETE ${sessionId}`)
})

test('a segment that cannot be read keeps nothing else waiting', async () => {
  const [first, second] = [await addSession(store), await addSession(store)].sort()
  for (const sessionId of [first!, second!]) {
    await addSegments(store, sessionId, 0, 3)
    await store.freeze(sessionId, 0)
  }
  const read = store.audio.bind(store)
  vi.spyOn(store, 'audio').mockImplementation((sessionId, n) =>
    sessionId === first && n === 1 ? Promise.reject(new Error('unreadable')) : read(sessionId, n),
  )
  await gone(second!)
  await until(() => ingest.sessions.get(first!)?.segments.size === 2)
  expect([...ingest.sessions.get(first!)!.segments.keys()].sort()).toEqual([0, 2])
})

test('a device that stays full is tried more and more rarely', async () => {
  const waits: number[] = []
  const failed = Backoff.prototype.failed
  vi.spyOn(Backoff.prototype, 'failed').mockImplementation(function (this: Backoff, nowMs) {
    waits.push(failed.call(this, nowMs))
    return waits.at(-1)!
  })
  vi.spyOn(store, 'changeSession').mockRejectedValue(new Error('full'))
  await addSession(store)
  await until(() => waits.length === 4)
  expect(waits.map(Math.round)).toEqual([2, 4, 8, 16])
})

test('signed out, it waits and keeps everything until the reader is back', async () => {
  let signedIn = false
  ingest.trouble = () => (signedIn ? null : [401, 'signed-out'])
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 2)
  await store.freeze(sessionId, 0)
  await until(() => outbox.signedOut)
  const calls = ingest.calls.length
  outbox.poke()
  expect((await store.segments(sessionId)).length).toBe(2)
  expect(ingest.calls.length).toBe(calls)
  signedIn = true
  outbox.tryNow()
  await gone(sessionId)
})

test('a segment that is refused stops alone, stays here and is named', async () => {
  ingest.trouble = (call) => (call.endsWith('audio/1') ? [409, 'segment-differs'] : null)
  const sessionId = await addSession(store)
  await addSegments(store, sessionId, 0, 4)
  await store.freeze(sessionId, 0)
  await until(async () => (await store.session(sessionId))!.heldSamples === 3 * SEGMENT)
  await until(async () => (await store.session(sessionId))!.heldMarks === 4)
  const session = await store.session(sessionId)
  expect(session!.refused).toEqual([{ sessionId, segment: 1, problem: 'segment-differs' }])
  expect(await store.audio(sessionId, 1)).toBeDefined()
  expect(ingest.sessions.get(sessionId)!.end).toBeNull()
})

test('a session that is refused does not keep the others waiting', async () => {
  const refused = await addSession(store, { sessionId: '1' })
  const other = await addSession(store, { sessionId: '2' })
  ingest.trouble = (call) => (call === 'PUT 1' ? [404, 'text-not-found'] : null)
  await addSegments(store, refused, 0, 1)
  await addSegments(store, other, 0, 1)
  await store.freeze(other, 0)
  await gone(other)
  expect((await store.session(refused))!.refused).toEqual([
    { sessionId: refused, segment: null, problem: 'text-not-found' },
  ])
})

test('a session that waits for a signature keeps no other waiting, and goes when it is given', async () => {
  const waiting = await addSession(store, { sessionId: '1' })
  const open = await addSession(store, { sessionId: '2', opened: true })
  ingest.sessions.set(open, { speakerId: SPEAKER, opening: '', segments: new Map(), marks: [], end: null })
  ingest.trouble = (call) => (call === 'PUT 1' ? [403, 'agreement-needed'] : null)
  for (const sessionId of [waiting, open]) {
    await addSegments(store, sessionId, 0, 4)
    await store.freeze(sessionId, 0)
  }
  await gone(open)
  await until(() => outbox.signedOut)
  expect(ingest.calls.filter((call) => call === 'PUT 1')).toHaveLength(1)
  ingest.trouble = () => null
  outbox.signedIn(SPEAKER)
  await gone(waiting)
  expect(outbox.signedOut).toBe(false)
})

test('a discarded session is disavowed, also when the server never knew it', async () => {
  const sessionId = await addSession(store, { state: 'discarding' })
  await gone(sessionId)
  expect(ingest.calls).toEqual(['GET /api/me', `DELETE ${sessionId}`])
})

test.each(['sessions', 'segment', 'changeSession'] as const)(
  'a store that fails once (%s) is asked again, and everything arrives',
  async (name) => {
    const sessionId = await addSession(store)
    await addSegments(store, sessionId, 0, 2)
    await store.freeze(sessionId, 0)
    const works = store[name]
    Object.assign(store, {
      [name]: () => {
        store[name] = works as never
        return Promise.reject(new Error('disk'))
      },
    })
    await gone(sessionId)
    expect(ingest.sessions.get(sessionId)!.segments.size).toBe(2)
  },
)

describe('on a device that two people share', () => {
  const OTHER = 'b'

  function signIn(speakerId: string): void {
    ingest.speakerId = speakerId
    outbox.signedIn(speakerId)
  }

  async function left(changes: Partial<StoredSession> = {}): Promise<string> {
    const sessionId = await addSession(store, changes)
    await addSegments(store, sessionId, 0, 2)
    await store.freeze(sessionId, 0)
    return sessionId
  }

  test('each one sends their own, and the other one waits until their speaker is back', async () => {
    signIn(OTHER)
    const [theirs, ours] = [await left(), await left({ speakerId: OTHER })]
    await gone(ours)
    expect(ingest.sessions.has(theirs)).toBe(false)
    signIn(SPEAKER)
    await gone(theirs)
    expect(ingest.sessions.get(theirs)!.speakerId).toBe(SPEAKER)
  })

  test('nothing is sent while nobody is signed in, or before it is known who is', async () => {
    stop.abort()
    await running
    start(origin, null)
    const sessionId = await left()
    outbox.tryNow()
    await addSegments(store, await addSession(store), 0, 3) // a while
    expect([outbox.signedOut, ingest.calls]).toEqual([false, []])
    outbox.signedIn(null)
    outbox.tryNow()
    await addSegments(store, await addSession(store), 0, 3)
    expect([outbox.signedOut, ingest.calls]).toEqual([true, []])
    signIn(SPEAKER)
    await gone(sessionId)
  })

  test('a cookie that another tab changed opens nothing, refuses nothing and deletes nothing', async () => {
    const opened = await addSession(store)
    await addSegments(store, opened, 0, 1)
    await until(async () => (await store.session(opened))!.heldMarks === 1)
    ingest.speakerId = OTHER // and nobody told this outbox
    await addSegments(store, opened, 1, 2)
    const fresh = await left()
    await until(() => outbox.signedOut)
    await store.changeSession(opened, (session) => (session.state = 'discarding'))
    outbox.tryNow()
    await until(() => outbox.signedOut)
    expect([...ingest.sessions.keys()]).toEqual([opened])
    expect((await store.session(opened))!.refused).toEqual([])
    signIn(SPEAKER)
    await gone(opened)
    await gone(fresh)
    expect([...ingest.sessions.keys()]).toEqual([fresh])
  })

  test('what was stored before anybody kept names goes as the one who is signed in', async () => {
    const sessionId = await left()
    await store.changeSession(sessionId, (session) => delete (session as Partial<StoredSession>).speakerId)
    await gone(sessionId)
    expect(ingest.sessions.get(sessionId)!.speakerId).toBe(SPEAKER)
  })
})
