/** The one recorder of this tab, loaded when it is first asked for, and what it says. */
import type { PendingSession, Recorder, RecorderState } from '../recorder'

const LOOK_AGAIN_MS = 2000
const USUAL_SEGMENT_MS = 5000

class Capture {
  state: RecorderState | null = $state.raw(null)
  /** Recordings that a crash or a closed tab left on this device, and those still on their way. */
  pending: PendingSession[] = $state.raw([])
  /** Why it cannot be told what is left on this device. */
  failure: unknown = $state.raw(null)
  #opening: Promise<Recorder> | undefined
  /** As the server asks. */
  segmentMs = USUAL_SEGMENT_MS
  /** Undefined until the server said who it is. */
  #speakerId: string | null | undefined
  #timer: ReturnType<typeof setInterval> | undefined

  /** What the person ought to know of: all but what is quietly on its way. */
  readonly waiting: PendingSession[] = $derived.by(() => {
    const upload = this.state?.upload
    const stuck = upload === undefined || !upload.online || upload.signedOut
    return this.pending.filter((session) => session.state !== 'ending' || stuck)
  })

  /** What is left on this device is known when somebody has been said to be signed in, too. */
  open(): Promise<Recorder> {
    this.#opening ??= this.#opened().catch((failure: unknown) => {
      this.#opening = undefined // its file or its store did not open: the next one who asks tries again
      throw failure
    })
    return this.#opening
  }

  /** Changes the state of a left recording, then looks what is left. */
  async change(work: (recorder: Recorder) => Promise<void>): Promise<void> {
    const recorder = await this.#opening
    if (recorder) await work(recorder)
    await this.look()
  }

  /** Deletes everything that the one who is signed in left on this device. */
  async forgetAll(): Promise<void> {
    await this.change((recorder) => recorder.forgetAll())
  }

  async download(sessionId: string): Promise<Blob | null> {
    const recorder = await this.#opening
    return recorder ? recorder.download(sessionId) : null
  }

  /** Says whose recordings are shown and sent; null when nobody is signed in. */
  async signedIn(speakerId: string | null): Promise<void> {
    this.#speakerId = speakerId
    await this.look((recorder) => recorder.signedIn(speakerId))
  }

  /** Lets the microphone go, also one that is only being opened; the outbox goes on in a new recorder. */
  async putDown(): Promise<void> {
    const recorder = await this.#opening
    const phase = this.state?.phase
    if (recorder === undefined || (phase !== 'preparing' && phase !== 'ready')) return
    recorder.close()
    clearInterval(this.#timer)
    this.#opening = undefined
    await this.look()
  }

  /** Looks what is left on this device, after `first`; what fails is kept, for the screen where it is missed. */
  async look(first: (recorder: Recorder) => void = () => undefined): Promise<void> {
    try {
      const recorder = await this.open()
      first(recorder)
      this.#found(await recorder.pending())
    } catch (failure) {
      this.failure = failure
    }
  }

  async #opened(): Promise<Recorder> {
    const { Recorder } = await import('../recorder')
    const recorder = new Recorder({ segmentMs: () => this.segmentMs })
    recorder.subscribe((state) => this.#heard(state))
    const speakerId = this.#speakerId
    if (speakerId !== undefined) recorder.signedIn(speakerId)
    try {
      const pending = await recorder.pending()
      if (speakerId !== undefined) this.#found(pending)
    } catch (failure) {
      recorder.close()
      throw failure
    }
    this.#timer = setInterval(() => {
      if (this.pending.length > 0 && !document.hidden) void this.look()
    }, LOOK_AGAIN_MS)
    return recorder
  }

  /** The same again is no news, and no screen is drawn anew for it. */
  #found(pending: PendingSession[]): void {
    this.failure = null
    if (JSON.stringify(pending) !== JSON.stringify(this.pending)) this.pending = pending
  }

  #heard(state: RecorderState): void {
    const before = this.state
    this.state = state
    const settled = state.phase !== before?.phase || (state.upload.waitingMs === 0 && before.upload.waitingMs > 0)
    if (before !== null && settled && this.#speakerId !== undefined) void this.look()
  }
}

export const capture = new Capture()
