import { cuesOf } from './cues'
import { noRoomIfFull, NoRoom } from './no-room'
import { Outbox } from './outbox'
import { pendingOf, recoverLogs, type WithSession } from './recovery'
import type { SampleLog } from './sample-log'
import { Server } from './server'
import { Store } from './store'
import { isConfirmed, isOf, type Capture, type StoredSession } from './stored'
import { Tabs } from './tabs'
import type { PendingSession, Reading, UploadState } from './types'

const CHANNEL = 'recital-recorder'

type Word = 'stored' | 'try now' | 'signed out' | 'failing' | 'fine' | { speakerId: string | null }

/** One tab's share of the work on what this device holds; all of them tell each other what changed. */
export class Desk {
  readonly store: Store
  readonly log: SampleLog
  #outbox: Outbox
  #channel = new BroadcastChannel(CHANNEL)
  #tabs = new Tabs()
  #speakerId: string | null = null
  #signedOut = false
  #failing = false
  #changed: () => void
  #recovered: Promise<unknown>

  constructor(store: Store, log: SampleLog, changed: () => void) {
    this.store = store
    this.log = log
    this.#changed = changed
    this.#outbox = new Outbox(store, new Server(self.location.origin), {
      changed: () => this.#outboxMoved(),
      grows: async ({ state, sessionId }) => state === 'recording' && (await this.#tabs.owned())(sessionId),
      failed: noted,
    })
    this.#channel.onmessage = ({ data }: MessageEvent<Word>) => this.#heard(data)
    this.#recovered = this.#recover()
  }

  /** Works the outbox as soon as no other tab does, and what a killed tab left is recovered. */
  async run(): Promise<void> {
    await this.#recovered
    this.#changed()
    await this.#tabs.send()
    await this.#outbox.run(new AbortController().signal)
  }

  stored(): void {
    this.#outbox.poke()
    this.#say('stored')
    this.#changed()
  }

  tryNow(): void {
    this.#outbox.tryNow()
    this.#signedOut = this.#outbox.signedOut
    this.#say('try now')
    this.#changed()
  }

  /** The tabs share one cookie, so that whoever is signed in here is it for the outbox of whichever tab. */
  signedIn(speakerId: string | null): void {
    this.#speakerId = speakerId
    this.#heard({ speakerId })
    this.#say({ speakerId })
  }

  /** From now on the session exists here, and belongs to this tab. Throws RecordedElsewhere. */
  async begin(sessionId: string, reading: Reading, capture: Capture, mediaType: string): Promise<void> {
    await this.#tabs.record(sessionId)
    try {
      await this.#add(sessionId, reading, capture, mediaType)
    } catch (error) {
      this.release(sessionId)
      throw error
    }
    this.stored()
  }

  async #add(sessionId: string, reading: Reading, capture: Capture, mediaType: string): Promise<void> {
    await this.store.addSession({
      sessionId,
      speakerId: this.#speakerId,
      textId: reading.textId,
      textRevision: reading.textRevision,
      title: reading.title,
      startedAt: new Date().toISOString(),
      capture,
      mediaType,
      state: 'recording',
      opened: false,
      segments: 0,
      samples: 0,
      heldSamples: 0,
      marks: 0,
      heldMarks: 0,
      gaps: [],
      end: null,
      refused: [],
    })
  }

  async stopped(sessionId: string): Promise<void> {
    this.#tabs.recorded()
    await this.store.changeSession(sessionId, (session) => {
      if (session.state === 'recording') session.state = 'stopped'
    })
    this.stored()
  }

  async #dropLogs(sessionId: string): Promise<void> {
    for (const name of await this.log.leftovers()) {
      if (name.sessionId === sessionId) void this.log.drop(name)
    }
  }

  #recover(only?: string): Promise<boolean> {
    const withSession: WithSession = async (sessionId, work) => {
      if (!this.#tabs.has(sessionId)) return this.#tabs.with(sessionId, work)
      if (sessionId === only) await work()
      return sessionId === only
    }
    return recoverLogs(this.store, this.log, withSession, noted, only)
  }

  /** Other tabs take a session that nobody has for one that was left behind. */
  release(sessionId: string): void {
    this.#tabs.recorded()
    this.#tabs.release(sessionId)
  }

  /** The present speaker's; while nobody is signed in all that lies here, which then has no name. */
  async pending(): Promise<PendingSession[]> {
    await this.#recovered
    const left = await this.#left(await this.#shown())
    return left.map((session) => pendingOf(session, this.#speakerId))
  }

  /** Those that no tab is recording now. */
  async #left(sessions: StoredSession[]): Promise<StoredSession[]> {
    const isOwned = await this.#tabs.owned()
    return sessions.filter(({ sessionId }) => !isOwned(sessionId))
  }

  /**
   * Ends a session that was left behind, with all of it: what lies in its logs becomes part of it once more, as the
   * device may have been full before. Throws NoRoom while it still does not take it.
   */
  async finish(sessionId: string): Promise<void> {
    await this.#recovered
    if (!(await this.#recover(sessionId))) throw new NoRoom()
    await this.end(sessionId, 0)
  }

  /**
   * Ends a session with what there is of it; one of which no sentence is left is dropped, as the server would do.
   * Throws NoRoom, and changes nothing, while the device is so full that it does not even take that.
   */
  async end(sessionId: string, dropLast: number): Promise<void> {
    const session = await this.store.session(sessionId)
    if (session === undefined) return
    const cues = cuesOf(await this.store.marks(sessionId), session.capture.sample_rate_hz, session.samples)
    if (session.end === null && (session.samples === 0 || cues.length <= dropLast)) return this.drop(sessionId)
    await this.store.freeze(sessionId, dropLast).catch(noRoomIfFull)
    this.stored()
  }

  /** Forgets the audio at once, and the session when the server has forgotten it. */
  async drop(sessionId: string): Promise<void> {
    await this.#recovered
    await this.store.changeSession(sessionId, (session) => {
      session.state = 'discarding'
    })
    await this.store.removeAudio(sessionId)
    this.stored()
    void this.#dropLogs(sessionId)
  }

  /** Forgets all that the present speaker left here and asks no server, which knows an erased account no more. */
  async forgetAll(): Promise<void> {
    const speakerId = this.#speakerId
    if (speakerId === null) return
    await this.#recovered
    const own = (await this.store.sessions()).filter((session) => isOf(session, speakerId))
    for (const { sessionId } of await this.#left(own)) {
      await this.store.remove(sessionId)
      void this.#dropLogs(sessionId)
    }
    this.stored()
  }

  /** What this device holds and the server answered for; `live` is further than the store. */
  async uploadState(live: { sessionId: string; samples: number } | null): Promise<UploadState> {
    const sessions = await this.#shown()
    const samplesOf = ({ sessionId, samples }: StoredSession) =>
      live?.sessionId === sessionId ? Math.max(live.samples, samples) : samples
    const total = (count: (session: StoredSession) => number) =>
      Math.round(sessions.reduce((sum, session) => sum + (count(session) / session.capture.sample_rate_hz) * 1000, 0))
    return {
      recordedMs: total(samplesOf),
      heldByServerMs: total(({ heldSamples }) => heldSamples),
      waitingMs: total((session) => (session.refused.length > 0 ? 0 : samplesOf(session) - session.heldSamples)),
      safe: live === null && sessions.every((session) => session.end === null && isConfirmed(session)),
      elsewhere: await this.#tabs.elsewhere(),
      online: navigator.onLine && !this.#failing,
      signedOut: this.#signedOut,
      refused: sessions.flatMap(({ refused }) => refused),
    }
  }

  async #shown(): Promise<StoredSession[]> {
    const speakerId = this.#speakerId
    const sessions = (await this.store.sessions()).filter(({ state }) => state !== 'discarding')
    return speakerId === null ? sessions : sessions.filter((session) => isOf(session, speakerId))
  }

  #outboxMoved(): void {
    const before = [this.#signedOut, this.#failing]
    this.#signedOut = this.#outbox.signedOut
    this.#failing = this.#outbox.failing
    if (this.#signedOut !== before[0] && this.#signedOut) this.#say('signed out')
    if (this.#failing !== before[1]) this.#say(this.#failing ? 'failing' : 'fine')
    this.#say('stored')
    this.#changed()
  }

  #heard(word: Word): void {
    if (typeof word === 'object') this.#outbox.signedIn(word.speakerId)
    if (word === 'try now') this.#outbox.tryNow()
    if (typeof word === 'object' || word === 'try now') this.#signedOut = this.#outbox.signedOut
    if (word === 'fine') this.#signedOut = false
    if (word === 'signed out') this.#signedOut = true
    if (word === 'failing') this.#failing = true
    if (word === 'fine') this.#failing = false
    if (word === 'stored') this.#outbox.poke()
    this.#changed()
  }

  #say(word: Word): void {
    this.#channel.postMessage(word)
  }
}

/** In the console alone: an error that a worker reports counts on the page as the worker's end. */
export function noted(error: unknown): void {
  console.error(error)
}
