/** How large the letters of the text are; kept on this device. */
import { recall, remember } from '../../state/remembered'

const SIZES_REM = [1.125, 1.3125, 1.5, 1.75, 2.125, 2.625, 3.25] as const
const USUAL = 3
const KEPT = 'lettering'
const isStep = (value: unknown): value is number => typeof value === 'number' && value in SIZES_REM

class Lettering {
  #step = $state(recall(KEPT, isStep, USUAL))

  get sizeRem(): number {
    return SIZES_REM[this.#step] ?? SIZES_REM[USUAL]
  }

  get isSmallest(): boolean {
    return this.#step === 0
  }

  get isLargest(): boolean {
    return this.#step === SIZES_REM.length - 1
  }

  change(steps: 1 | -1): void {
    this.#step = Math.min(SIZES_REM.length - 1, Math.max(0, this.#step + steps))
    remember(KEPT, this.#step)
  }
}

export const lettering = new Lettering()
