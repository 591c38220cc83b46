import { Backoff } from './backoff'
import { SIGNED_OUT, TIMEOUT_MS, type Answer, type Held, type Server } from './server'
import type { Store } from './store'
import { isConfirmed, isOf, type StoredMark, type StoredSession } from './stored'
import { verdict, type Piece } from './verdict'

const IN_FLIGHT = 2
const MARKS_AT_ONCE = 500
const LONGEST_TIMEOUT_MS = 240_000

/** One call that is due. */
interface Task {
  key: string
  piece: Piece
  segment: number | null
  session: StoredSession
  call: () => Promise<Answer | null>
  accepted: (answer: Answer) => Promise<void>
}

export interface OutboxOptions {
  /** Something left, arrived or was refused. */
  changed?: () => void
  /** Whether a session still grows: until it does not, the server need not be asked what it holds of it. */
  grows?: (session: StoredSession) => Promise<boolean>
  /** The store failed; it is asked again after a pause. */
  failed?: (error: unknown) => void
  backoff?: Backoff
  /** Doubles whenever a segment does not get through in time, so that a slow line is slow and not closed. */
  segmentTimeoutMs?: number
}

/**
 * Brings everything that the store holds to the server, and forgets nothing before the server has answered for it.
 *
 * It keeps no list of its own: what is due is read from the store each time, so that a crash loses no intent. One
 * outbox may run at a time for one store.
 */
export class Outbox {
  #store: Store
  #server: Server
  #backoff: Backoff
  #changed: () => void
  #grows: (session: StoredSession) => Promise<boolean>
  #failed: (error: unknown) => void
  #inFlight = new Set<string>()
  #setAside = new Set<string>() // what failed here, until nothing else is due: it keeps no other waiting
  #notYet = new Set<string>() // sessions that the server opens only when the speaker has signed something
  #pausedUntilMs: number | null = null // of the clock that nobody sets
  #segmentTimeoutMs: number
  #speakerId: string | null = null
  #nobody = false // it was said that nobody is signed in, which is more than not to know yet
  #signedOut = false
  #awake = false
  #rouse: () => void = () => undefined

  constructor(store: Store, server: Server, options: OutboxOptions = {}) {
    this.#store = store
    this.#server = server
    this.#changed = options.changed ?? (() => undefined)
    this.#grows = options.grows ?? (() => Promise.resolve(false))
    this.#failed = options.failed ?? (() => undefined)
    this.#backoff = options.backoff ?? new Backoff()
    this.#segmentTimeoutMs = options.segmentTimeoutMs ?? TIMEOUT_MS
  }

  get signedOut(): boolean {
    return this.#signedOut || this.#notYet.size > 0
  }

  /** The last call got no answer, or one that says "later". */
  get failing(): boolean {
    return this.#backoff.failing
  }

  async run(stop: AbortSignal): Promise<void> {
    stop.addEventListener('abort', () => this.#wakeUp())
    while (!stop.aborted) {
      this.#awake = false
      if (this.#pauseMs === 0) this.#pausedUntilMs = null
      const free = this.#pausedUntilMs === null && !this.#signedOut && this.#inFlight.size < IN_FLIGHT
      const task = free ? await this.#next() : null
      if (task === null) await this.#sleep(this.#pauseMs)
      else void this.#work(task)
    }
  }

  /** Sends what this speaker recorded, and nothing else; null when nobody is signed in. */
  signedIn(speakerId: string | null): void {
    this.#speakerId = speakerId
    this.#nobody = speakerId === null
    this.tryNow()
  }

  /** Something new is stored. */
  poke(): void {
    this.#wakeUp()
  }

  /** The network or the reader is back: no pause any more. */
  tryNow(): void {
    this.#pausedUntilMs = null
    this.#signedOut = this.#nobody
    this.#notYet.clear()
    this.#wakeUp()
  }

  async #work(task: Task): Promise<void> {
    this.#inFlight.add(task.key)
    try {
      await this.#judge(task, await task.call())
    } catch (error) {
      this.#setAside.add(task.key)
      this.#storeFailed(error)
    } finally {
      this.#inFlight.delete(task.key)
      this.#changed()
      this.#wakeUp()
    }
  }

  async #judge(task: Task, answer: Answer | null): Promise<void> {
    const { sessionId } = task.session
    switch (verdict(task.piece, answer)) {
      case 'accepted':
        await task.accepted(answer!)
        this.#backoff.succeeded()
        this.#notYet.delete(sessionId)
        return
      case 'again':
        return this.#pause()
      case 'sign-in':
        this.#signedOut = true
        return
      case 'not-yet':
        this.#notYet.add(sessionId)
        return
      case 'open-first':
        this.#pause()
        await this.#store.changeSession(sessionId, (session) => {
          session.opened = false
          session.heldMarks = 0
        })
        return
      case 'pieces-missing':
        this.#pause()
        return this.#sendAgain(sessionId, answer!)
      case 'refused':
        return this.#refuse(task, answer!)
    }
  }

  /** What is left of the pause: null without one, and 0 at its end, even if that comes while this is looked at. */
  get #pauseMs(): number | null {
    return this.#pausedUntilMs === null ? null : Math.max(0, this.#pausedUntilMs - performance.now())
  }

  /** Without a pause the same task would spin. */
  #storeFailed(error: unknown): void {
    this.#pause()
    this.#failed(error)
  }

  #pause(): void {
    const now = performance.now()
    this.#pausedUntilMs = now + this.#backoff.failed(now)
  }

  async #sendAgain(sessionId: string, missing: Answer): Promise<void> {
    for (const n of missing.missingSegments) await this.#store.segmentIsHeld(sessionId, n, false)
    await this.#store.changeSession(sessionId, (session) => {
      session.heldMarks = Math.min(session.heldMarks, ...missing.missingMarks)
    })
  }

  async #refuse(task: Task, answer: Answer): Promise<void> {
    const { sessionId } = task.session
    const problem = answer.problem || String(answer.status)
    if (task.segment !== null) return this.#store.segmentIsRefused(sessionId, task.segment, problem)
    await this.#store.changeSession(sessionId, (session) => {
      session.refused.push({ sessionId, segment: null, problem })
    })
  }

  async #next(): Promise<Task | null> {
    const speakerId = this.#speakerId
    if (speakerId === null) return null
    try {
      const task = await this.#first(speakerId)
      if (task !== null || this.#setAside.size === 0) return task
      this.#setAside.clear()
      return await this.#first(speakerId)
    } catch (error) {
      this.#storeFailed(error)
    }
    return null
  }

  async #first(speakerId: string): Promise<Task | null> {
    for (const session of await this.#store.sessions()) {
      const task = isOf(session, speakerId) ? await this.#due(session, speakerId) : null
      if (task !== null) return task
    }
    return null
  }

  /** What this session needs next and is not on its way. */
  async #due(session: StoredSession, speakerId: string): Promise<Task | null> {
    const { sessionId } = session
    const isFlying = (key: string) => [this.#inFlight, this.#setAside].some((keys) => keys.has(`${sessionId} ${key}`))
    if (session.state === 'discarding') return isFlying('disavowal') ? null : this.#disavowal(session, speakerId)
    const refused = session.refused.some(({ segment }) => segment === null)
    if (!session.opened) return refused || this.#notYet.has(sessionId) || isFlying('session') ? null : this.#opening(session, speakerId)

    const waiting = await this.#store.segmentsToSend(sessionId, IN_FLIGHT + 1)
    const segment = waiting.find(({ n }) => !isFlying(`segment ${n}`))
    if (segment !== undefined) {
      return {
        ...this.#task(session, 'segment', segment.n),
        call: () => this.#putSegment(sessionId, segment.n),
        accepted: () => this.#store.segmentIsHeld(sessionId, segment.n, true),
      }
    }
    if (session.heldMarks < session.marks && !refused && !isFlying('marks')) {
      const marks = await this.#marksToSend(session)
      if (marks.length > 0) return this.#marks(session, marks)
    }
    const complete = waiting.length === 0 && session.heldMarks === session.marks && session.refused.length === 0
    if (!complete) return null
    if (session.end !== null) return isFlying('end') ? null : this.#ending(session)
    if (isConfirmed(session) || isFlying('received') || (await this.#grows(session))) return null
    return this.#received(session)
  }

  async #marksToSend(session: StoredSession): Promise<StoredMark[]> {
    const marks = await this.#store.marks(session.sessionId)
    const beyond = marks.findIndex((mark) => mark.atSample > session.samples)
    const end = beyond === -1 ? marks.length : beyond
    return marks.slice(session.heldMarks, Math.min(end, session.heldMarks + MARKS_AT_ONCE))
  }

  #task(session: StoredSession, piece: Piece, segment: number | null = null) {
    const key = `${session.sessionId} ${piece}${segment === null ? '' : ` ${segment}`}`
    return { key, piece, segment, session }
  }

  #opening(session: StoredSession, speakerId: string): Task {
    return {
      ...this.#task(session, 'session'),
      call: () => this.#as(speakerId, () => this.#server.open(session.sessionId, session)),
      accepted: () => this.#change(session, (stored) => (stored.opened = true)),
    }
  }

  #marks(session: StoredSession, marks: StoredMark[]): Task {
    return {
      ...this.#task(session, 'marks'),
      call: () => this.#server.putMarks(session.sessionId, marks),
      accepted: () => this.#change(session, (stored) => (stored.heldMarks = marks.at(-1)!.n + 1)),
    }
  }

  #received(session: StoredSession): Task {
    return {
      ...this.#task(session, 'received'),
      call: () => this.#server.received(session.sessionId),
      accepted: ({ held }) => {
        if (held === null) throw new Error('the server does not say what it holds')
        return this.#compare(session, held)
      },
    }
  }

  /** What was answered for and is not held, after all, is sent once more. */
  async #compare({ sessionId, segments, marks }: StoredSession, held: Held): Promise<void> {
    const isMissing = (n: number) => !held.segments.some(([first, last]) => first <= n && n <= last)
    const missing = Array.from({ length: segments }, (_, n) => n).filter(isMissing)
    for (const n of missing) await this.#store.segmentIsHeld(sessionId, n, false)
    await this.#store.changeSession(sessionId, (session) => {
      session.heldMarks = Math.min(session.heldMarks, held.marks)
      if (missing.length === 0 && held.marks >= marks) session.confirmed = { segments, marks }
    })
  }

  #ending(session: StoredSession): Task {
    return {
      ...this.#task(session, 'end'),
      call: () => this.#server.end(session.sessionId, session.end!),
      accepted: () => this.#store.removeKept(session.sessionId),
    }
  }

  #disavowal(session: StoredSession, speakerId: string): Task {
    return {
      ...this.#task(session, 'disavowal'),
      call: () => this.#as(speakerId, () => this.#server.disavow(session.sessionId)),
      accepted: () => this.#store.remove(session.sessionId),
    }
  }

  /**
   * For what another speaker's cookie would do wrongly and for ever: open a session as theirs, or take its deletion for
   * done. Any other call is answered with "no such session", and the opening is then asked again.
   */
  async #as(speakerId: string, call: () => Promise<Answer | null>): Promise<Answer | null> {
    const present = await this.#server.speakerId()
    if (present === null) return null
    return present === speakerId ? call() : SIGNED_OUT
  }

  async #putSegment(sessionId: string, n: number): Promise<Answer | null> {
    const [segment, bytes] = [await this.#store.segment(sessionId, n), await this.#store.audio(sessionId, n)]
    if (segment === undefined || bytes === undefined) return null // dropped meanwhile
    const startedMs = performance.now()
    const answer = await this.#server.putSegment(segment, bytes, this.#segmentTimeoutMs)
    if (answer === null && performance.now() - startedMs >= this.#segmentTimeoutMs) {
      this.#segmentTimeoutMs = Math.min(LONGEST_TIMEOUT_MS, this.#segmentTimeoutMs * 2)
    }
    return answer
  }

  async #change(session: StoredSession, change: (stored: StoredSession) => void): Promise<void> {
    await this.#store.changeSession(session.sessionId, change)
  }

  #wakeUp(): void {
    this.#awake = true
    this.#rouse()
  }

  /** Until something changes, or `forMs` have passed. */
  #sleep(forMs: number | null): Promise<void> {
    if (this.#awake) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = forMs === null ? undefined : setTimeout(resolve, forMs)
      this.#rouse = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
