/** What an audio element does now, and what one may ask of it in terms of sentences. */
import { untrack } from 'svelte'
import { recall, remember } from '../state/remembered'
import { captionAt, type Caption } from './captions'

export const SPEEDS = [0.75, 1, 1.25, 1.5, 2] as const
export type Speed = (typeof SPEEDS)[number]

const KEPT = 'speed'
const AGAIN_AFTER_MS = 1200 // "previous" sooner after a start means the sentence before
const isSpeed = (value: unknown): value is Speed => SPEEDS.some((speed) => speed === value)

export class Playback {
  playing = $state(false)
  nowMs = $state(0)
  /** Whether the sentence that is spoken is said again and again. */
  repeating = $state(false)
  #speed: Speed = $state(recall(KEPT, isSpeed, 1))
  #lengthMs = $state(0)
  #audio: HTMLAudioElement | undefined
  readonly #captions: () => readonly Caption[]
  readonly #failed: () => void

  constructor(captions: () => readonly Caption[], failed: () => void) {
    this.#captions = captions
    this.#failed = failed
  }

  readonly current: number = $derived.by(() => captionAt(this.#captions(), this.nowMs))
  readonly totalMs: number = $derived.by(() => {
    const known = Number.isFinite(this.#lengthMs) && this.#lengthMs > 0
    return known ? this.#lengthMs : (this.#captions().at(-1)?.endMs ?? 0)
  })

  get speed(): Speed {
    return this.#speed
  }

  set speed(speed: Speed) {
    this.#speed = speed
    remember(KEPT, speed)
    if (this.#audio) this.#audio.playbackRate = speed
  }

  faster(steps: 1 | -1): void {
    this.speed = SPEEDS[SPEEDS.indexOf(this.#speed) + steps] ?? this.#speed
  }

  /** Takes an audio element, until the answered function is called. */
  readonly of = (audio: HTMLAudioElement): (() => void) => {
    const gone = new AbortController()
    const on = (name: string, heard: () => void): void => audio.addEventListener(name, heard, { signal: gone.signal })
    on('play', () => this.#started())
    on('pause', () => (this.playing = false))
    on('timeupdate', () => this.#moved())
    on('durationchange', () => (this.#lengthMs = audio.duration * 1000))
    on('ended', () => this.#ended())
    on('error', this.#failed)
    const speed = untrack(() => this.#speed)
    audio.defaultPlaybackRate = speed
    audio.playbackRate = speed
    this.#audio = audio
    return () => gone.abort()
  }

  toggle(): void {
    if (this.playing) this.#audio?.pause()
    else this.play()
  }

  play(): void {
    this.#audio?.play().catch(this.#failed)
  }

  seek(ms: number): void {
    if (this.#audio) this.#audio.currentTime = ms / 1000
    this.nowMs = ms
  }

  previous(): void {
    const here = this.#captions()[this.current]
    const again = here !== undefined && this.nowMs - here.startMs > AGAIN_AFTER_MS
    this.seek(this.#captions()[Math.max(0, again ? this.current : this.current - 1)]?.startMs ?? 0)
  }

  next(): void {
    const caption = this.#captions()[this.current + 1]
    if (caption) this.seek(caption.startMs)
  }

  /** Where the voice is: the browser tells of it four times a second, and the eye wants it at every frame. */
  #started(): void {
    this.playing = true
    const look = (): void => {
      if (!this.playing) return
      this.#moved()
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  }

  #moved(): void {
    if (!this.#audio) return
    const ms = Math.round(this.#audio.currentTime * 1000)
    const here = this.#captions()[this.current]
    if (this.repeating && this.playing && here && ms >= here.endMs && this.nowMs < here.endMs) this.seek(here.startMs)
    else this.nowMs = ms
  }

  #ended(): void {
    const here = this.#captions()[this.current]
    if (!this.repeating || !here) return
    this.seek(here.startMs)
    this.play()
  }
}
