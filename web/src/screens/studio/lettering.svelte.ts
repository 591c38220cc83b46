/** How large the letters of the text are, how far apart its lines, and what of it is hidden; kept on this device. */
import { recall, remember } from '../../state/remembered'

/** A choice among a few values, from small to large. */
class Scale {
  readonly #kept: string
  readonly #values: readonly number[]
  #step: number

  constructor(kept: string, values: readonly number[], usual: number) {
    this.#kept = kept
    this.#values = values
    const isStep = (value: unknown): value is number => typeof value === 'number' && value in values
    this.#step = $state(recall(kept, isStep, usual))
  }

  get value(): number {
    return this.#values[this.#step]!
  }

  get isLeast(): boolean {
    return this.#step === 0
  }

  get isMost(): boolean {
    return this.#step === this.#values.length - 1
  }

  change(steps: 1 | -1): void {
    this.#step = Math.min(this.#values.length - 1, Math.max(0, this.#step + steps))
    remember(this.#kept, this.#step)
  }
}

class Switch {
  readonly #kept: string
  #on: boolean

  constructor(kept: string) {
    this.#kept = kept
    this.#on = $state(recall(kept, (value) => typeof value === 'boolean', false))
  }

  get on(): boolean {
    return this.#on
  }

  set on(on: boolean) {
    this.#on = on
    remember(this.#kept, on)
  }
}

export const lettering = {
  sizeRem: new Scale('lettering', [1.125, 1.3125, 1.5, 1.75, 2.125, 2.625, 3.25], 3),
  /** The distance between lines, in sizes of the letters. */
  spacing: new Scale('line-spacing', [1.35, 1.55, 1.75, 2.05, 2.5], 2),
  pointsHidden: new Switch('points-hidden'),
  accentsHidden: new Switch('accents-hidden'),
}
