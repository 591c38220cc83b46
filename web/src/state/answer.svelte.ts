/** One thing that was asked of the server and may be looked at again while it changes. */
import { account } from './account.svelte'

export class Answer<Value> {
  /** Null until it came. */
  value: Value | null = $state.raw(null)
  failure: unknown = $state.raw(null)
  #turn = 0
  readonly #ask: () => Promise<Value>

  constructor(ask: () => Promise<Value>) {
    this.#ask = ask
  }

  /** Asks; what is shown stays until the answer is there, and a failure stands in for it only where nothing is. */
  async look(): Promise<void> {
    const turn = ++this.#turn
    if (this.value === null) this.failure = null
    try {
      const value = await this.#ask()
      if (turn !== this.#turn) return // a later look has answered, or will
      this.value = value
      this.failure = null
    } catch (failure) {
      account.noticed(failure)
      if (turn === this.#turn && this.value === null) this.failure = failure
    }
  }
}
