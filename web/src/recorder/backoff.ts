const FIRST_MS = 100
const LONGEST_MS = 5_000
const OFFLINE_AFTER_MS = 120_000
const OFFLINE_MS = 30_000

/** How long to wait after failures: 0.1 s doubling to 5 s, 30 s when long without an answer, each with jitter. */
export class Backoff {
  #failures = 0
  #failingSinceMs: number | null = null
  #random: () => number

  constructor(random: () => number = Math.random) {
    this.#random = random
  }

  failed(nowMs: number): number {
    this.#failingSinceMs ??= nowMs
    const doubled = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(this.#failures, 10))
    this.#failures++
    const wait = nowMs - this.#failingSinceMs >= OFFLINE_AFTER_MS ? OFFLINE_MS : doubled
    return wait * (0.5 + this.#random())
  }

  succeeded(): void {
    this.#failures = 0
    this.#failingSinceMs = null
  }

  get failing(): boolean {
    return this.#failures > 0
  }
}
