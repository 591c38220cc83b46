/** Whether a newer release of this client has come, and the step over to it. */
const LOOK_EVERY_MS = 30 * 60_000
const WORKER = '/service-worker.js'

class Release {
  /** A newer one is here; it shows itself after `take`. */
  isNewer = $state(false)
  #waiting: ServiceWorker | null = null
  #taken = false

  /** Keeps the client on this device; a browser that keeps nothing works as well, with a network. */
  async keep(): Promise<void> {
    if (!('serviceWorker' in navigator)) return
    const workers = navigator.serviceWorker
    const replaced = workers.controller !== null
    workers.addEventListener('controllerchange', () => {
      if (this.#taken) location.reload()
      else if (replaced) this.isNewer = true // another tab took it
    })
    const registration = await workers.register(WORKER).catch(() => null)
    if (!registration) return
    this.#look(registration)
    registration.addEventListener('updatefound', () => this.#watch(registration))
    const look = (): void => void registration.update().catch(() => {})
    setInterval(look, LOOK_EVERY_MS)
    document.addEventListener('visibilitychange', () => document.hidden || look())
  }

  take(): void {
    this.#taken = true
    if (this.#waiting === null) location.reload()
    else this.#waiting.postMessage('take over')
  }

  #watch(registration: ServiceWorkerRegistration): void {
    this.#look(registration)
    registration.installing?.addEventListener('statechange', () => this.#look(registration))
  }

  #look({ waiting, active }: ServiceWorkerRegistration): void {
    if (waiting === null || active === null) return // the very first is no news
    this.#waiting = waiting
    this.isNewer = true
  }
}

export const release = new Release()
