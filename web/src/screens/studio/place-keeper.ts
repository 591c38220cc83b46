/** Tells the server where the reader will go on, a moment after they last moved. */
import type { Place } from '../../recorder/types'

const PAUSE_MS = 1000

export class PlaceKeeper {
  readonly #send: (place: Place) => Promise<unknown>
  readonly #sent: (place: Place) => void
  #waiting: Place | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `sent` hears of each place that the server has got, unless there is a newer one by then. */
  constructor(send: (place: Place) => Promise<unknown>, sent: (place: Place) => void) {
    this.#send = send
    this.#sent = sent
  }

  keep(place: Place): void {
    this.#waiting = place
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.flush(), PAUSE_MS)
  }

  /** Sends at once what waits. What does not arrive stays remembered on this device until the next visit. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    const place = this.#waiting
    if (place === null) return
    this.#waiting = null
    try {
      await this.#send(place)
    } catch {
      return
    }
    if (this.#waiting === null) this.#sent(place)
  }
}
