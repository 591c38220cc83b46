import 'fake-indexeddb/auto'
import { expect, test } from 'vitest'
import { IndexedDbLog } from './indexeddb-log'
import { Ledger, type NewSegment } from './ledger'
import { localAudio } from './local-audio'
import { concatenate } from './pcm'
import { PcmTape } from './pcm-tape'
import { fateOf, pendingOf, recoverLogs } from './recovery'
import { SliceTape } from './slice-tape'
import type { Store } from './store'
import { decodeFlac } from './testing/decode-flac'
import { addSession, openStore, RATE, SPEAKER } from './testing/sessions'
import { voice } from './testing/voice'

const here = { paragraph: 0, sentence: 0 }
const failed = (error: unknown) => {
  throw error
}
const withSession = async (_: string, work: () => Promise<void>) => {
  await work()
  return true
}

async function studio(segmentMs = 500) {
  const store = await openStore()
  const sessionId = await addSession(store)
  const failures: unknown[] = []
  const log = await IndexedDbLog.create((error) => failures.push(error), crypto.randomUUID())
  const ledger = new Ledger({ sessionId, store, stored: () => undefined, failed: (error) => failures.push(error) })
  const tape = new PcmTape(ledger, log, { rateHz: RATE, segmentMs })
  return { store, sessionId, log, ledger, tape, failures }
}

async function decoded(store: Store, sessionId: string, unstored?: NewSegment[]): Promise<Int16Array> {
  return decodeFlac(new Uint8Array(await (await localAudio(store, sessionId, unstored)).arrayBuffer())).samples
}

/** As the packets of a device come. */
function play(tape: PcmTape, samples: Int16Array): void {
  for (let at = 0; at < samples.length; at += 80) tape.append(samples.subarray(at, at + 80))
}

/** A store on a device that can be full. */
function fullDevice(store: Store): { is: boolean } {
  const full = { is: false }
  const addSegment = store.addSegment.bind(store)
  store.addSegment = (...what) =>
    full.is ? Promise.reject(new DOMException('full', 'QuotaExceededError')) : addSegment(...what)
  return full
}

test('what was recorded is what is stored, segment by segment', async () => {
  const { store, sessionId, log, ledger, tape } = await studio()
  const samples = voice(3 * RATE + 123, RATE)
  play(tape, samples)
  ledger.mark('read', here, 9000)
  tape.finish()
  await ledger.settled()
  const session = await store.session(sessionId)
  expect(session).toMatchObject({ segments: 7, samples: samples.length, marks: 1 })
  const firsts = (await store.segments(sessionId)).map((segment) => [segment.n, segment.firstSample, segment.samples])
  expect(firsts.slice(-2)).toEqual([
    [5, 20_000, 4000],
    [6, 24_000, 123],
  ])
  expect(await decoded(store, sessionId)).toEqual(samples)
  expect(await log.leftovers()).toEqual([])
})

test('after a kill, the log gives back what was not a segment yet, but for the last half second', async () => {
  const { store, sessionId, log, ledger, tape } = await studio(2000)
  const samples = voice(3.3 * RATE, RATE)
  play(tape, samples) // and no finish: the tab is gone
  await ledger.settled()
  await recoverLogs(store, log, withSession, failed)
  expect(await decoded(store, sessionId)).toEqual(samples.subarray(0, 3.2 * RATE))
  expect(pendingOf((await store.session(sessionId))!, SPEAKER)).toMatchObject({ recordedMs: 3200, state: 'recording-was-cut' })
  expect(await log.leftovers()).toEqual([])
})

test('a session that another tab is recording is left alone', async () => {
  const { store, sessionId, log } = await studio()
  log.append({ sessionId, n: 0, rateHz: RATE }, voice(5000, RATE))
  await recoverLogs(store, log, async () => false, failed)
  expect(await log.leftovers()).toHaveLength(1)
  expect((await store.session(sessionId))!.segments).toBe(0)
})

test('a log that cannot be recovered does not keep the others back, and stays', async () => {
  const { store, sessionId, log } = await studio()
  const broken = await addSession(store, { segments: 1, samples: 0 })
  await store.addSegment(
    { sessionId: broken, n: 1, firstSample: 0, samples: 1, mediaType: 'x', digest: '', frames: [], held: 0, stopped: 0 },
    new Uint8Array(1),
  )
  await store.changeSession(broken, (session) => (session.segments = 1))
  for (const name of [{ sessionId: broken, n: 1 }, { sessionId, n: 0 }]) {
    log.append({ ...name, rateHz: RATE }, voice(5000, RATE))
  }
  const failures: unknown[] = []
  await recoverLogs(store, log, withSession, (error) => failures.push(error))
  expect(failures).toHaveLength(1)
  expect((await store.session(sessionId))!.samples).toBe(5000)
  expect(await log.leftovers()).toMatchObject([{ sessionId: broken }])
})

test('a committed segment wins over its log, and no log makes a hole', async () => {
  const store = await openStore()
  const session = (await store.session(await addSession(store, { segments: 3 })))!
  const log = { sessionId: session.sessionId, rateHz: RATE }
  expect(fateOf({ ...log, n: 2 }, session)).toBe('drop')
  expect(fateOf({ ...log, n: 3 }, session)).toBe('commit')
  expect(fateOf({ ...log, n: 4 }, session)).toBe('leave')
  expect(fateOf({ ...log, n: 3 }, undefined)).toBe('drop')
  expect(fateOf({ ...log, n: 3 }, { ...session, state: 'discarding' })).toBe('drop')
})

test('marks beyond what a kill left move onto the last sample when the counts are frozen', async () => {
  const { store, sessionId, ledger, tape } = await studio()
  play(tape, voice(4000, RATE))
  ledger.mark('read', here, 3000)
  ledger.mark('read', { paragraph: 0, sentence: 1 }, 5500)
  await ledger.settled()
  await store.freeze(sessionId, 0)
  expect((await store.marks(sessionId)).map(({ atSample }) => atSample)).toEqual([3000, 4000])
  expect((await store.session(sessionId))!.end).toEqual({ segments: 1, samples: 4000, marks: 2, drop_last: 0 })
})

test('frozen counts stay, whatever is asked later', async () => {
  const { store, sessionId, ledger, tape } = await studio()
  play(tape, voice(4000, RATE))
  await ledger.settled()
  await store.freeze(sessionId, 1)
  await store.freeze(sessionId, 0)
  expect((await store.session(sessionId))!.end!.drop_last).toBe(1)
})

test('lost samples are silence in the audio and named in the end', async () => {
  const { store, sessionId, ledger, tape } = await studio()
  const samples = voice(6000, RATE)
  play(tape, samples)
  tape.insertSilence(5000, 700)
  tape.finish()
  await ledger.settled()
  await store.freeze(sessionId, 0)
  expect(await decoded(store, sessionId)).toEqual(
    concatenate([samples.subarray(0, 5000), new Int16Array(700), samples.subarray(5000)]),
  )
  expect((await store.session(sessionId))!.end).toMatchObject({ samples: 6700, gaps: [[5000, 700]] })
})

test('losses that meet are one gap, and a later one is where it came to lie', async () => {
  const { store, sessionId, ledger, tape } = await studio(2000)
  play(tape, voice(10_000, RATE))
  tape.insertSilence(9000, 100)
  tape.insertSilence(3000, 50)
  tape.insertSilence(3000, 200)
  tape.insertSilence(3250, 7)
  tape.insertSilence(5000, 30)
  tape.finish()
  await ledger.settled()
  const session = (await store.session(sessionId))!
  expect(session.samples).toBe(10_387)
  expect(session.gaps).toEqual([
    [3000, 257],
    [5000, 30],
    [9287, 100],
  ])
  const audio = await decoded(store, sessionId)
  for (const [at, count] of session.gaps) {
    expect(new Set(audio.subarray(at, at + count))).toEqual(new Set([0]))
  }
})

test('marks never go back', async () => {
  const { store, sessionId, ledger } = await studio()
  for (const atSample of [500, 400, 600]) ledger.mark('again', here, atSample)
  await ledger.settled()
  expect((await store.marks(sessionId)).map(({ atSample }) => atSample)).toEqual([500, 500, 600])
})

test('when this device takes no more, nothing is stored behind the hole, and all of it when there is room', async () => {
  const { store, sessionId, ledger, tape, failures } = await studio()
  const samples = voice(9700, RATE)
  const full = fullDevice(store)
  play(tape, samples.subarray(0, 4000))
  await ledger.settled()
  full.is = true
  play(tape, samples.subarray(4000))
  ledger.mark('read', here, 9000)
  tape.finish()
  await ledger.settled()
  expect(await ledger.retry()).toBe(false)
  expect(failures).toHaveLength(2)
  expect(await store.session(sessionId)).toMatchObject({ segments: 1, marks: 0 })
  expect(await decoded(store, sessionId, ledger.unstored)).toEqual(samples)
  full.is = false
  expect(await ledger.retry()).toBe(true)
  expect(ledger.unstored).toEqual([])
  expect(await store.session(sessionId)).toMatchObject({ segments: 3, marks: 1 })
  expect(await decoded(store, sessionId)).toEqual(samples)
})

test('what a full device cannot take stays in its log until it can, also when the session has ended', async () => {
  const { store, sessionId, log, ledger, tape } = await studio()
  const samples = voice(7600, RATE)
  const full = fullDevice(store)
  play(tape, samples.subarray(0, 4000))
  await ledger.settled()
  full.is = true
  play(tape, samples.subarray(4000)) // and the tab is gone
  await ledger.settled()
  expect(await recoverLogs(store, log, withSession, () => undefined, sessionId)).toBe(false)
  expect(await log.leftovers()).toHaveLength(1)
  const session = (await store.session(sessionId))!
  const ended = { segments: 1, samples: 4000, marks: 0, drop_last: 0 }
  expect(fateOf({ sessionId, n: 1, rateHz: RATE }, { ...session, state: 'ending', end: ended })).toBe('leave')
  full.is = false
  expect(await recoverLogs(store, log, withSession, failed, sessionId)).toBe(true)
  expect(await decoded(store, sessionId)).toEqual(samples.subarray(0, 4000 + 3200))
})

test('slices of a coded stream are declared by the clock, without a hole', async () => {
  const { store, sessionId, ledger } = await studio()
  const tape = new SliceTape(ledger, { rateHz: RATE, mediaType: 'audio/webm;codecs=opus', startedMs: 1000 })
  const bytes = [Uint8Array.of(1, 2), Uint8Array.of(3), Uint8Array.of(4, 5)]
  tape.slice(bytes[0]!, 3004)
  tape.slice(bytes[1]!, 5003)
  ledger.mark('read', here, tape.sampleAt(4000))
  tape.slice(bytes[2]!, 5500)
  await ledger.settled()
  const segments = await store.segments(sessionId)
  expect(segments.map(({ firstSample, samples }) => [firstSample, samples])).toEqual([
    [0, 16_032],
    [16_032, 15_992],
    [32_024, 3976],
  ])
  expect((await store.marks(sessionId))[0]!.atSample).toBe(24_000)
  const whole = await localAudio(store, sessionId)
  expect(whole.type).toBe('audio/webm;codecs=opus')
  expect([...new Uint8Array(await whole.arrayBuffer())]).toEqual([1, 2, 3, 4, 5])
})
