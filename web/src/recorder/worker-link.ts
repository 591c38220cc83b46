import type { CallName, Calls, FromWorker } from './messages'

type Waiting = { resolve: (answer: never) => void; reject: (error: Error) => void }
type Event = Exclude<FromWorker, { id: number }>

const CLOSED = 'the recorder was closed'

/** Calls to the worker as promises, and its events. */
export class WorkerLink {
  #worker: Worker
  #nextId = 0
  #closed = false
  #waiting = new Map<number, Waiting>()

  constructor(onEvent: (event: Event) => void) {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'recorder' })
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if ('id' in data) this.#settle(data)
      else onEvent(data)
    })
    this.#worker.addEventListener('error', (event) => this.#breakOff(event.message))
  }

  call<Name extends CallName>(
    name: Name,
    ask: Calls[Name]['ask'],
    transfer: Transferable[] = [],
  ): Promise<Calls[Name]['answer']> {
    if (this.#closed) return Promise.reject(new Error(CLOSED))
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ id, name, ask }, transfer)
    })
  }

  /** A call whose answer nobody waits for; a failure is reported as an uncaught error would be. */
  tell<Name extends CallName>(name: Name, ask: Calls[Name]['ask'], transfer: Transferable[] = []): void {
    this.call(name, ask, transfer).catch((error: unknown) => {
      if (!this.#closed) reportError(error)
    })
  }

  close(): void {
    this.#closed = true
    this.#worker.terminate()
    this.#breakOff(CLOSED)
  }

  #settle(reply: Extract<FromWorker, { id: number }>): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if ('error' in reply) waiting?.reject(Object.assign(new Error(reply.error.message), { name: reply.error.name }))
    else waiting?.resolve(reply.answer as never)
  }

  #breakOff(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(reason))
    this.#waiting.clear()
  }
}
