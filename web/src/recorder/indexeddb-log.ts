import { concatenate } from './pcm'
import type { LogName, SampleLog } from './sample-log'

const WRITE_EVERY_MS = 400

interface OpenLog {
  pieces: Int16Array[]
  unwrittenSamples: number
}

/** For browsers and modes without a private file system: the open segment is rewritten in IndexedDB every 0.4 s. */
export class IndexedDbLog implements SampleLog {
  #database: IDBDatabase
  #failed: (error: unknown) => void
  #open = new Map<string, OpenLog>()

  private constructor(database: IDBDatabase, failed: (error: unknown) => void) {
    this.#database = database
    this.#failed = failed
  }

  static async create(failed: (error: unknown) => void, name = 'recital-sample-log'): Promise<IndexedDbLog> {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore('logs')
    return new IndexedDbLog(await outcome(request), failed)
  }

  append(of: LogName, samples: Int16Array): void {
    const log = this.#open.get(key(of).join()) ?? { pieces: [], unwrittenSamples: 0 }
    this.#open.set(key(of).join(), log)
    log.pieces.push(samples)
    log.unwrittenSamples += samples.length
    if (log.unwrittenSamples >= (of.rateHz * WRITE_EVERY_MS) / 1000) this.#write(of, log)
  }

  replace(of: LogName, samples: Int16Array): void {
    const log = { pieces: [samples], unwrittenSamples: 0 }
    this.#open.set(key(of).join(), log)
    this.#write(of, log)
  }

  async drop(of: LogName): Promise<void> {
    this.#open.delete(key(of).join())
    await outcome(this.#logs('readwrite').delete(key(of)))
  }

  async leftovers(): Promise<LogName[]> {
    const keys = await outcome(this.#logs('readonly').getAllKeys())
    return (keys as [string, number, number][]).map(([sessionId, n, rateHz]) => ({ sessionId, n, rateHz }))
  }

  async read(of: LogName): Promise<Int16Array<ArrayBuffer> | null> {
    const request = this.#logs('readonly').get(key(of)) as IDBRequest<Int16Array<ArrayBuffer> | undefined>
    return (await outcome(request)) ?? null
  }

  #write(of: LogName, log: OpenLog): void {
    const whole = concatenate(log.pieces)
    log.pieces = [whole]
    log.unwrittenSamples = 0
    outcome(this.#logs('readwrite').put(whole, key(of))).catch(this.#failed)
  }

  #logs(mode: IDBTransactionMode): IDBObjectStore {
    return this.#database.transaction('logs', mode).objectStore('logs')
  }
}

function key(of: LogName): [string, number, number] {
  return [of.sessionId, of.n, of.rateHz]
}

function outcome<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the log cannot be reached'))
  })
}
