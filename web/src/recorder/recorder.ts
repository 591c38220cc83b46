import { watchMicrophone } from './interruptions'
import type { FromWorker } from './messages'
import { microphoneAllowed, microphones, NoMicrophone, openMicrophone, processingOf } from './microphone'
import { newSessionId } from './session-id'
import { openSource, type Source } from './source'
import type {
  LocalTake,
  MarkKind,
  PendingSession,
  Phase,
  Place,
  Reading,
  RecorderOptions,
  RecorderState,
  StopReason,
} from './types'
import { WakeLock } from './wake-lock'
import { WorkerLink } from './worker-link'

const SEGMENT_MS = 5000
const FIRST_SAMPLE_PATIENCE_MS = 6000

interface OpenMicrophone {
  deviceId: string | undefined
  track: MediaStreamTrack
  source: Source
  unwatch: () => void
}

/**
 * The recorder as the screens see it. It lives on the page only as far as the browser forces it to: samples, store
 * and network are the worker's, so that a busy page delays nothing but its own lamp.
 */
export class Recorder {
  #worker: WorkerLink
  #wakeLock: WakeLock
  #segmentMs: () => number
  #listeners = new Set<(state: RecorderState) => void>()
  #state: RecorderState = { ...EMPTY }
  #microphone: OpenMicrophone | null = null
  #stopping: Promise<void> = Promise.resolve()
  #closed = new AbortController()

  constructor(options: RecorderOptions = {}) {
    this.#segmentMs = options.segmentMs ?? (() => SEGMENT_MS)
    this.#worker = new WorkerLink((event) => this.#heard(event))
    this.#wakeLock = new WakeLock((wakeLock) => this.#set({ wakeLock }))
    const { signal } = this.#closed
    window.addEventListener('online', () => this.#tryNow(), { signal })
    document.addEventListener('visibilitychange', () => this.#shownOrHidden(), { signal })
  }

  /** `listener` hears the state at once and after each change, until the answer is called. */
  subscribe(listener: (state: RecorderState) => void): () => void {
    this.#listeners.add(listener)
    listener(this.#state)
    return () => this.#listeners.delete(listener)
  }

  /** Without labels until the microphone was allowed once. */
  devices(): Promise<MediaDeviceInfo[]> {
    return microphones()
  }

  /** Opens the microphone, or another one. Throws MicrophoneRefused or NoMicrophone. */
  async prepare(deviceId?: string): Promise<void> {
    if (this.#state.phase === 'ready' && this.#microphone?.deviceId === deviceId) return
    this.#expect('idle', 'ready')
    this.#closeMicrophone()
    this.#set({ ...EMPTY, upload: this.#state.upload, phase: 'preparing' })
    try {
      this.#microphone = await this.#open(deviceId)
    } catch (error) {
      this.#set({ phase: 'idle' })
      throw error
    }
    const { source, track } = this.#microphone
    this.#set({
      phase: 'ready',
      path: source.path,
      sampleRateHz: source.rateHz,
      processing: processingOf(track),
    })
  }

  /** Some seconds of the open microphone, to hear how it sounds; they are kept nowhere. */
  tryOut(forMs: number): Promise<Blob> {
    this.#expect('ready')
    return this.#microphone!.source.tryOut(forMs)
  }

  /** Resolves when the reader allows the microphone that was refused before; never where the browser does not tell. */
  allowed(): Promise<void> {
    return microphoneAllowed()
  }

  /** Records from the sample that was heard when the reader asked; answers the new session's id. */
  async start(reading: Reading, eventTimeStamp: number): Promise<string> {
    this.#expect('ready')
    const { source, track } = this.#microphone!
    const sessionId = newSessionId()
    this.#set({ phase: 'recording', sessionId, elapsedMs: 0, marks: 0, lostMs: 0, roomMs: null, stopReason: null })
    void navigator.storage.persist()
    this.#wakeLock.want()
    try {
      await this.#worker.call('start', {
        sessionId,
        reading,
        processing: processingOf(track),
        path: source.path,
        channels: source.channels,
        segmentMs: this.#segmentMs(),
        atMs: source.begin === null ? sinceEpoch(eventTimeStamp) : await source.begin(),
      })
    } catch (error) {
      this.#leave()
      throw error
    }
    return sessionId
  }

  /** The moment is the event's own, so that a busy page does not move it. */
  mark(kind: MarkKind, place: Place, eventTimeStamp: number): void {
    if (this.#state.phase !== 'recording') return
    this.#worker.tell('mark', { kind, place, atMs: sinceEpoch(eventTimeStamp) })
  }

  /** Resolves when all of it is on this device's disk; the microphone is closed. */
  async stop(eventTimeStamp: number): Promise<void> {
    await this.#stop('asked', sinceEpoch(eventTimeStamp))
  }

  /** What was just recorded, from this device. */
  async listen(): Promise<LocalTake> {
    this.#expect('stopped')
    return this.#worker.call('listen', null)
  }

  /** Resolves when it is decided on this device; the upload goes on behind. Throws NoRoom when the device is full. */
  async keep(dropLast: number): Promise<void> {
    this.#expect('stopped')
    await this.#worker.call('keep', { dropLast })
    this.#leave()
  }

  async discard(): Promise<void> {
    this.#expect('stopped')
    await this.#worker.call('discard', null)
    this.#leave()
  }

  pending(): Promise<PendingSession[]> {
    return this.#worker.call('pending', null)
  }

  async finish(sessionId: string): Promise<void> {
    await this.#worker.call('finish', { sessionId })
  }

  async forget(sessionId: string): Promise<void> {
    await this.#worker.call('forget', { sessionId })
  }

  /** Forgets all that the present speaker left here, for an account that is no more. */
  async forgetAll(): Promise<void> {
    await this.#worker.call('forgetAll', null)
  }

  download(sessionId: string): Promise<Blob> {
    return this.#worker.call('download', { sessionId })
  }

  /** Only what this speaker recorded is shown and sent from now on; nothing is sent before this is said. */
  signedIn(speakerId: string | null): void {
    this.#worker.tell('signedIn', { speakerId })
  }

  close(): void {
    this.#closed.abort()
    this.#closeMicrophone()
    this.#wakeLock.close()
    this.#worker.close()
    this.#listeners.clear()
  }

  async #open(deviceId: string | undefined): Promise<OpenMicrophone> {
    const track = await openMicrophone(deviceId)
    try {
      this.#closed.signal.throwIfAborted() // whoever asked has left meanwhile
      const opened = openSource(track, this.#worker, (reason) => this.#interrupted(reason))
      const source = await within(FIRST_SAMPLE_PATIENCE_MS, opened)
      const unwatch = watchMicrophone(track, (reason) => this.#interrupted(reason))
      return { deviceId, track, source, unwatch }
    } catch (error) {
      track.stop()
      throw error
    }
  }

  #closeMicrophone(): void {
    if (this.#microphone === null) return
    const { track, source, unwatch } = this.#microphone
    this.#microphone = null
    unwatch()
    source.close()
    track.stop()
    this.#worker.tell('release', null)
  }

  #interrupted(reason: StopReason): void {
    if (this.#state.phase === 'recording') void this.#stop(reason, sinceEpoch(performance.now()))
    if (this.#state.phase === 'ready') this.#leave()
  }

  #stop(stopReason: StopReason, atMs: number): Promise<void> {
    if (this.#state.phase !== 'recording') return this.#stopping
    this.#set({ phase: 'stopping', stopReason })
    this.#stopping = (async () => {
      try {
        await this.#microphone?.source.finish?.()
        await this.#worker.call('stop', { atMs })
      } catch (error) {
        reportError(error) // what was recorded until now is there to be kept
      } finally {
        this.#closeMicrophone()
        this.#wakeLock.release()
        this.#set({ phase: 'stopped', level: null })
      }
    })()
    return this.#stopping
  }

  /** Back to the start; the next recording opens the microphone anew. */
  #leave(): void {
    this.#closeMicrophone()
    this.#wakeLock.release()
    this.#set({ ...EMPTY, upload: this.#state.upload })
  }

  #tryNow(): void {
    this.#worker.tell('tryNow', null)
  }

  #shownOrHidden(): void {
    if (document.visibilityState === 'visible') this.#tryNow()
    else if (this.#state.phase === 'recording') this.#interrupted('page-hidden')
  }

  #heard(event: Exclude<FromWorker, { id: number }>): void {
    if ('stopNow' in event) return this.#interrupted(event.stopNow)
    if ('upload' in event) return this.#set({ upload: event.upload })
    const { elapsedMs, ...rest } = event.progress
    this.#set(elapsedMs === null ? { level: rest.level } : { ...rest, elapsedMs })
  }

  #set(change: Partial<RecorderState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener(this.#state)
  }

  #expect(...phases: Phase[]): void {
    if (!phases.includes(this.#state.phase)) throw new Error(`not possible while ${this.#state.phase}`)
  }
}

/** A microphone that is held by another program, or switched off at itself, may open and never say anything. */
async function within<T>(ms: number, opened: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const patience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoMicrophone('the microphone opened, but no sound comes from it')), ms)
  })
  try {
    return await Promise.race([opened, patience])
  } finally {
    clearTimeout(timer)
  }
}

function sinceEpoch(eventTimeStamp: number): number {
  return performance.timeOrigin + eventTimeStamp
}

const EMPTY: RecorderState = {
  phase: 'idle',
  sessionId: null,
  path: null,
  elapsedMs: 0,
  level: null,
  marks: 0,
  lostMs: 0,
  roomMs: null,
  stopReason: null,
  processing: null,
  sampleRateHz: null,
  wakeLock: false,
  upload: {
    recordedMs: 0,
    heldByServerMs: 0,
    waitingMs: 0,
    safe: true,
    elsewhere: null,
    online: true,
    signedOut: false,
    refused: [],
  },
}
