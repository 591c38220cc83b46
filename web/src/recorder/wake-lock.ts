/** Keeps the screen on while wanted; the browser lets go of it whenever the page is hidden. */
export class WakeLock {
  #wanted = false
  #sentinel: WakeLockSentinel | null = null
  #changed: (held: boolean) => void

  constructor(changed: (held: boolean) => void) {
    this.#changed = changed
    document.addEventListener('visibilitychange', this.#onVisible)
  }

  want(): void {
    this.#wanted = true
    void this.#request()
  }

  release(): void {
    this.#wanted = false
    void this.#sentinel?.release()
  }

  close(): void {
    this.release()
    document.removeEventListener('visibilitychange', this.#onVisible)
  }

  #onVisible = (): void => {
    if (document.visibilityState === 'visible' && this.#wanted) void this.#request()
  }

  async #request(): Promise<void> {
    if (!('wakeLock' in navigator) || (this.#sentinel !== null && !this.#sentinel.released)) return
    try {
      this.#sentinel = await navigator.wakeLock.request('screen')
    } catch {
      return // refused on a low battery: recording goes on, the screen says "keep the screen on"
    }
    this.#sentinel.addEventListener('release', () => this.#changed(false))
    this.#changed(true)
    if (!this.#wanted) void this.#sentinel.release()
  }
}
