/** One person with one text and the recorder: where they stand, what they record, what they keep. */
import { api, type RecitalText } from '../../api'
import { t } from '../../i18n/index.svelte'
import type { LocalTake, Phase, Place, Recorder } from '../../recorder'
import { account } from '../../state/account.svelte'
import { announcement } from '../../state/announcement.svelte'
import { capture } from '../../state/capture.svelte'
import { recall, remember } from '../../state/remembered'
import { PlaceKeeper } from './place-keeper'
import { moved, nextUnread, piecesAt, placeName, START, type Step } from './places'
import { joined, progressOf, rememberProgress } from './progress'
import { begun, goesOnAt, isLastPiece, keptOf, moved as movedTake, stopped, type Move, type Take } from './take'

export type MicrophoneTrouble = 'refused' | 'none' | 'elsewhere' | 'failed'

const DEVICE = 'microphone'
const isText = (value: unknown): value is string => typeof value === 'string'

export class Reading {
  readonly text: RecitalText
  readonly #recorder: Recorder
  readonly #keeper: PlaceKeeper
  #place: Place = $state.raw(START)
  read: ReadonlySet<string> = $state.raw(new Set())
  take: Take | null = $state.raw(null)
  #flowing = $state(false)
  /** The stop came before the last piece of a long sentence, which is not kept. */
  leftOut = $state(false)
  #starting: Promise<void> = Promise.resolve()
  trouble: MicrophoneTrouble | null = $state(null)
  /** The recording that was just made is stored for good. */
  kept = $state(false)
  /** As the recorder says, but "recording" only once sound flows. */
  readonly phase: Phase = $derived.by(() => {
    const phase = capture.state?.phase ?? 'idle'
    return phase === 'recording' && !this.#flowing ? 'preparing' : phase
  })
  readonly place: Place = $derived(this.take?.place ?? this.#place)
  /** Which piece of the sentence is being read; null while nothing is, and in a sentence that is not long. */
  readonly piece: number | null = $derived.by(() => {
    if (this.take === null || this.take.finished) return null
    return piecesAt(this.text, this.take.place).length > 1 ? this.take.piece : null
  })
  /** The sentence goes on with another piece. */
  readonly goesOn: boolean = $derived.by(() => this.take !== null && !isLastPiece(this.take, this.text))
  readonly allRead: boolean = $derived.by(() => nextUnread(this.text.paragraphs, null, this.read) === null)

  /** `onTheirWay`: recordings of the text wait on this device for the server. */
  constructor(text: RecitalText, recorder: Recorder, onTheirWay: boolean) {
    this.text = text
    this.#recorder = recorder
    this.#keeper = new PlaceKeeper(
      (place) => api.savePlace(text.id, place),
      () => this.#remember(false),
    )
    const { place, read, unsent } = joined(text, progressOf(this.#speakerId, text.id), onTheirWay)
    this.read = new Set(read)
    this.#place = nextUnread(text.paragraphs, place ?? START, this.read) ?? START
    if (unsent) this.#keepPlace()
    else this.#remember(false)
  }

  get #speakerId(): string {
    return account.me?.id ?? ''
  }

  #remember(unsent: boolean): void {
    rememberProgress(this.#speakerId, this.text.id, { place: this.#place, read: [...this.read], unsent })
  }

  #keepPlace(): void {
    this.#remember(true)
    this.#keeper.keep(this.#place)
  }

  /** Tells the server at once where reading goes on. */
  savePlace(): Promise<void> {
    return this.#keeper.flush()
  }

  get deviceId(): string {
    return recall(DEVICE, isText, '')
  }

  devices(): Promise<MediaDeviceInfo[]> {
    return this.#recorder.devices()
  }

  /** Opens a microphone; what stood in the way is in `trouble`. */
  async prepare(deviceId: string = this.deviceId): Promise<boolean> {
    this.trouble = null
    try {
      await this.#recorder.prepare(deviceId === '' ? undefined : deviceId)
      remember(DEVICE, deviceId)
      return true
    } catch (failure) {
      this.trouble = troubleOf(failure)
      if (this.trouble === 'refused') void this.#waitUntilAllowed()
    }
    // The microphone of last time may have been left at home.
    return this.trouble === 'none' && deviceId !== '' ? this.prepare('') : false
  }

  /** What the reader changes in the browser needs no reload here. */
  async #waitUntilAllowed(): Promise<void> {
    await this.#recorder.allowed()
    if (this.trouble !== 'refused') return
    this.trouble = null
    announcement.say(t('microphone.allowed'))
  }

  /** Some seconds of the open microphone. */
  tryOut(forMs: number): Promise<Blob> {
    return this.#recorder.tryOut(forMs)
  }

  go(step: Step): void {
    this.goTo(moved(this.text.paragraphs, this.#place, step))
  }

  goTo(place: Place): void {
    this.#place = place
    this.kept = false
    this.#keepPlace()
  }

  start(timeStamp: number): Promise<void> {
    if (this.phase === 'idle' || this.phase === 'ready') this.#starting = this.#start(timeStamp)
    return this.#starting
  }

  async #start(timeStamp: number): Promise<void> {
    const fresh = this.phase === 'idle'
    if (fresh && !(await this.prepare())) return
    this.kept = false
    this.#flowing = false
    this.leftOut = false
    this.take = begun(this.#place)
    try {
      const what = { textId: this.text.id, textRevision: this.text.revision, title: this.text.title }
      await this.#recorder.start(what, fresh ? performance.now() : timeStamp)
      this.#flowing = true
      announcement.say(t('studio.said-started'))
    } catch (failure) {
      this.take = null
      this.trouble = troubleOf(failure)
    }
  }

  /** Next, again or undo; the end of the text stops the recording by itself. */
  async move(move: Move, timeStamp: number): Promise<void> {
    if (this.take === null || this.phase !== 'recording') return
    const done = movedTake(this.take, move, this.text)
    if (done === null) return
    if (done.mark !== null) this.#recorder.mark(done.mark.kind, done.mark.place, timeStamp)
    this.take = done.take
    if (this.piece !== null && this.piece > 0) announcement.say(piecesAt(this.text, this.place)[this.piece] ?? '')
    if (move === 'again') announcement.say(t('studio.said-again'))
    if (move === 'undo') announcement.say(t('studio.said-undone'))
    if (done.take.finished) await this.#recorder.stop(timeStamp)
  }

  /** Stops; the sentence that was being read ended with this press, if its last piece was reached. */
  async stop(timeStamp: number): Promise<void> {
    if (this.take === null || this.phase !== 'recording') return
    const done = stopped(this.take, this.text)
    this.leftOut = done === null && !this.take.finished
    if (done?.mark) {
      this.#recorder.mark(done.mark.kind, done.mark.place, timeStamp)
      this.take = done.take
    }
    await this.#recorder.stop(timeStamp)
  }

  listen(): Promise<LocalTake> {
    return this.#recorder.listen()
  }

  async keep(dropLast: number): Promise<void> {
    if (this.take === null) return
    await this.#recorder.keep(dropLast)
    this.read = new Set([...this.read, ...keptOf(this.take, dropLast).map(placeName)])
    this.#place = nextUnread(this.text.paragraphs, goesOnAt(this.take, dropLast), this.read) ?? START
    this.take = null
    this.kept = true
    this.#keepPlace()
    void this.savePlace()
    announcement.say(t('stopped.kept'))
  }

  /** Keeps what was read, whatever the recorder is doing just now. */
  async leave(): Promise<void> {
    await this.#starting
    await this.stop(performance.now())
    await this.#recorder.stop(performance.now()) // also waits for a stop that is under way
    if (this.take === null) return
    if (this.take.read.length > 0) await this.keep(0)
    else await this.discard()
  }

  /** Reading goes on where the deleted recording began. */
  async discard(): Promise<void> {
    await this.#recorder.discard()
    this.take = null
    announcement.say(t('recordings.deleted'))
  }
}

/** By name, since the recorder and its errors are loaded only when they are needed. */
function troubleOf(failure: unknown): MicrophoneTrouble {
  const name = failure instanceof Error ? failure.name : ''
  if (name === 'MicrophoneRefused') return 'refused'
  if (name === 'RecordedElsewhere') return 'elsewhere'
  return name === 'NoMicrophone' ? 'none' : 'failed'
}
