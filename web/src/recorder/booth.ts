import { captureOf } from './capture'
import { cuesOf } from './cues'
import { noted, type Desk } from './desk'
import { Intake } from './intake'
import { FLAC, Ledger } from './ledger'
import { localAudio } from './local-audio'
import type { Device, Progress, Start } from './messages'
import { NoRoom } from './no-room'
import { PcmTape } from './pcm-tape'
import { LEAST_ROOM_MS, watchRoom } from './room'
import { SliceTape } from './slice-tape'
import { Snippet } from './snippet'
import { readPort } from './source-port'
import { readTrack, type Packet } from './source-track'
import type { LocalTake, MarkKind, Place, StopReason } from './types'

const NO_SAMPLES_MS = 1000
const CHECK_EVERY_MS = 250
/** As much as MediaRecorder makes of one channel, and some more. */
const SLICES_BYTES_PER_S = 20_000

interface BoothListener {
  progress: (progress: Progress) => void
  stopNow: (reason: StopReason) => void
}

/** Where the samples of the running recording come from and go to; one of the two, by the path. */
type Source =
  | { kind: 'pcm'; intake: Intake; cancel: () => void; watch: ReturnType<typeof setInterval> }
  | { kind: 'slices'; rateHz: number; mediaType: string }

type Take = { ledger: Ledger; kind: 'pcm'; tape: PcmTape } | { ledger: Ledger; kind: 'slices'; tape: SliceTape }

/** The worker's side of one microphone and of the recording that is made with it. */
export class Booth {
  #desk: Desk
  #listener: BoothListener
  #source: Source | null = null
  #take: Take | null = null
  #snippet: Snippet | null = null
  #recording = false
  #roomMs: number | null = null
  #unwatchRoom = (): void => undefined
  #starting: Promise<void> = Promise.resolve()

  constructor(desk: Desk, listener: BoothListener) {
    this.#desk = desk
    this.#listener = listener
  }

  async useTrack(readable: ReadableStream<AudioData>): Promise<Device> {
    this.release()
    let intake: Intake | null = null
    const { device, cancel } = await readTrack(readable, {
      packet: (packet) => {
        intake ??= new Intake(packet.rateHz, packet.atMs)
        this.#deliver(intake, packet)
      },
      ended: () => this.#stopNow('track-ended'),
    })
    this.#source = { kind: 'pcm', intake: intake!, cancel, watch: this.#watchSamples(intake!) }
    return device
  }

  async usePort(port: MessagePort, rateHz: number): Promise<Device> {
    this.release()
    const intake = new Intake(rateHz, now())
    await new Promise<void>((heard) => {
      readPort(port, rateHz, (packet) => {
        heard()
        this.#deliver(intake, packet)
      })
    })
    this.#source = { kind: 'pcm', intake, cancel: () => port.close(), watch: this.#watchSamples(intake) }
    return { rateHz, channels: 1 }
  }

  async useSlices(rateHz: number, mediaType: string): Promise<Device> {
    this.release()
    this.#source = { kind: 'slices', rateHz, mediaType }
    return { rateHz, channels: 1 }
  }

  /** What the open microphone hears from now on, for so long. Rejects when something else is begun meanwhile. */
  async tryOut(forMs: number): Promise<Blob> {
    const intake = intakeOf(this.#source)
    const snippet = new Snippet()
    this.#snippet = snippet
    intake.start(snippet, now())
    await new Promise((resolve) => setTimeout(resolve, forMs))
    if (this.#snippet !== snippet) throw new Error('the microphone was put to another use')
    await intake.stop(now())
    return snippet.audio(intake.rateHz)
  }

  release(): void {
    this.#snippet = null
    if (this.#source?.kind === 'pcm') {
      clearInterval(this.#source.watch)
      this.#source.cancel()
    }
    this.#source = null
  }

  /** Marks and a stop that come while this is under way wait for it. */
  start(what: Start): Promise<string> {
    const started = this.#start(what)
    this.#starting = started.then(
      () => undefined,
      () => undefined,
    )
    return started
  }

  async #start(what: Start): Promise<string> {
    const source = this.#source
    if (source === null) throw new Error('no microphone is open')
    this.#snippet = null
    const { sessionId, reading, atMs, segmentMs } = what
    const rateHz = source.kind === 'pcm' ? source.intake.rateHz : source.rateHz
    const mediaType = source.kind === 'pcm' ? FLAC : source.mediaType
    const ledger = new Ledger({
      sessionId,
      store: this.#desk.store,
      stored: () => this.#desk.stored(),
      failed: () => this.#stopNow('storage-full'),
    })
    await this.#desk.begin(sessionId, reading, captureOf(what, rateHz, mediaType), mediaType)
    if (source.kind === 'pcm') {
      const tape = new PcmTape(ledger, this.#desk.log, { rateHz, segmentMs })
      this.#take = { ledger, kind: 'pcm', tape }
      source.intake.start(tape, atMs)
    } else {
      this.#take = { ledger, kind: 'slices', tape: new SliceTape(ledger, { rateHz, mediaType, startedMs: atMs }) }
    }
    this.#recording = true
    this.#unwatchRoom = watchRoom(source.kind === 'pcm' ? rateHz * 2 : SLICES_BYTES_PER_S, (roomMs) => {
      this.#roomMs = roomMs
      if (roomMs < LEAST_ROOM_MS) this.#stopNow('storage-full')
    })
    return sessionId
  }

  /** What the track says of itself; see Intake. */
  trackDelivered(deliveredMs: number, atMs: number): void {
    if (this.#source?.kind === 'pcm') this.#source.intake.trackDelivered(deliveredMs, atMs, now())
  }

  slice(bytes: ArrayBuffer, atMs: number): void {
    if (this.#take?.kind === 'slices') this.#take.tape.slice(new Uint8Array(bytes), atMs)
    this.#report()
  }

  async mark(kind: MarkKind, place: Place, atMs: number): Promise<void> {
    await this.#starting
    if (this.#take === null || !this.#recording) return
    const source = this.#source
    const atSample = this.#take.kind === 'slices' ? this.#take.tape.sampleAt(atMs) : intakeOf(source).sampleAt(atMs)
    this.#take.ledger.mark(kind, place, atSample)
    this.#report()
  }

  /** Resolves when everything that was heard until `atMs` is in the store. */
  async stop(atMs: number): Promise<void> {
    await this.#starting
    if (this.#take === null) return
    if (this.#take.kind === 'pcm') {
      await intakeOf(this.#source).stop(atMs)
      this.#take.tape.finish()
    }
    this.#report()
    this.#recording = false
    this.#unwatchRoom()
    this.#roomMs = null
    await this.#take.ledger.settled()
    await this.#desk.stopped(this.#take.ledger.sessionId).catch(noted) // to be kept all the same
  }

  async listen(): Promise<LocalTake> {
    const sessionId = this.#sessionId()
    const { unstored } = this.#take!.ledger
    const session = await this.#desk.store.session(sessionId)
    const marks = await this.#desk.store.marks(sessionId)
    const audio = await localAudio(this.#desk.store, sessionId, unstored)
    const samples = unstored.reduce((sum, segment) => sum + segment.samples, session!.samples)
    return { audio, cues: cuesOf(marks, session!.capture.sample_rate_hz, samples) }
  }

  /** Throws NoRoom, and changes nothing, while the device does not take all of it. */
  async keep(dropLast: number): Promise<void> {
    const sessionId = this.#sessionId()
    if (!(await this.#take!.ledger.retry())) throw new NoRoom()
    await this.#desk.end(sessionId, dropLast)
    this.#letGo(sessionId)
  }

  async discard(): Promise<void> {
    const sessionId = this.#sessionId()
    await this.#desk.drop(sessionId)
    this.#letGo(sessionId)
  }

  download(sessionId: string): Promise<Blob> {
    return localAudio(this.#desk.store, sessionId)
  }

  /** The running recording as far as it has come, which the store does not know yet. */
  get live(): { sessionId: string; samples: number } | null {
    if (this.#take === null || this.#source?.kind !== 'pcm') return null
    return { sessionId: this.#take.ledger.sessionId, samples: this.#source.intake.position }
  }

  #deliver(intake: Intake, packet: Packet): void {
    if (packet.rateHz !== intake.rateHz) return this.#stopNow('rate-changed')
    if (intake.deliver(packet.samples, packet.atMs, packet.deviceMs)) this.#report()
  }

  #report(): void {
    const recording = this.#recording && this.#take !== null
    const intake = this.#source?.kind === 'pcm' ? this.#source.intake : null
    const samples = this.#take?.kind === 'slices' ? this.#take.tape.position : (intake?.position ?? 0)
    const rateHz = this.#source?.kind === 'slices' ? this.#source.rateHz : (intake?.rateHz ?? 1)
    this.#listener.progress({
      elapsedMs: recording ? Math.round((samples / rateHz) * 1000) : null,
      level: intake?.level ?? null,
      marks: this.#take?.ledger.marks ?? 0,
      lostMs: recording && intake !== null ? Math.round((intake.lostSamples / rateHz) * 1000) : 0,
      roomMs: this.#roomMs,
    })
  }

  #watchSamples(intake: Intake): ReturnType<typeof setInterval> {
    let heardAt = intake.lastPacketMs
    let silentChecks = 0 // counted, not timed: a machine that stood still has packets waiting behind this check
    return setInterval(() => {
      silentChecks = intake.lastPacketMs === heardAt ? silentChecks + 1 : 0
      heardAt = intake.lastPacketMs
      if (silentChecks * CHECK_EVERY_MS > NO_SAMPLES_MS) this.#stopNow('no-samples')
    }, CHECK_EVERY_MS)
  }

  #stopNow(reason: StopReason): void {
    if (this.#recording) this.#listener.stopNow(reason)
  }

  #sessionId(): string {
    if (this.#take === null) throw new Error('there is no recording')
    return this.#take.ledger.sessionId
  }

  #letGo(sessionId: string): void {
    this.#take = null
    this.#desk.release(sessionId)
  }
}

function intakeOf(source: Source | null): Intake {
  if (source?.kind !== 'pcm') throw new Error('no microphone is open')
  return source.intake
}

function now(): number {
  return performance.timeOrigin + performance.now()
}
