const REQUESTS = 8
/** V8 collects when an array as large as this is asked for; never written to, it takes no memory. */
const NUDGE_BYTES = 128 * 1024 * 1024

/**
 * Sees to it that Chromium forgets the bodies of requests that are over.
 *
 * It holds each until the thread's next collection of garbage, in the thread that sends and in the service worker, and
 * does not count them: threads that do little else never collect, and a long recording was kept in memory twice.
 */
export class Bodies {
  #held = 0

  /** One more is over. Only Chromium and its kin hold them, and they alone have `userAgentData`. */
  passed(): void {
    this.#held += 1
    if (this.#held < REQUESTS || !('userAgentData' in navigator)) return
    this.#held = 0
    nudge()
  }
}

/** Answers the size, or nothing would seem to depend on the array. */
function nudge(): number {
  try {
    return new ArrayBuffer(NUDGE_BYTES).byteLength
  } catch {
    return 0 // no room for that: then there is a collection anyway
  }
}
