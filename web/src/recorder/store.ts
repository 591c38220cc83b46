import type { StoredMark, StoredSegment, StoredSession } from './stored'

const STRICT: IDBTransactionOptions = { durability: 'strict' }
const REOPEN_AFTER_MS = 1000
const EVERY_STORE = ['sessions', 'segments', 'audio', 'marks']

/** What must outlive the tab: IndexedDB, written through to the disk before it is believed. */
export class Store {
  #name: string
  #database: IDBDatabase

  private constructor(name: string, database: IDBDatabase) {
    this.#name = name
    this.#database = this.#watched(database)
  }

  static async open(name = 'recital-recorder'): Promise<Store> {
    return new Store(name, await Store.#opened(name))
  }

  static async #opened(name: string): Promise<IDBDatabase> {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => {
      request.result.createObjectStore('sessions', { keyPath: 'sessionId' })
      const segments = request.result.createObjectStore('segments', { keyPath: ['sessionId', 'n'] })
      segments.createIndex('to send', ['sessionId', 'held', 'stopped', 'n'])
      request.result.createObjectStore('audio')
      request.result.createObjectStore('marks', { keyPath: ['sessionId', 'n'] })
    }
    return result(request)
  }

  /** The browser may close a database by itself: after an accident of its disk, or when its data are cleared. */
  #watched(database: IDBDatabase): IDBDatabase {
    database.onclose = () => void this.#reopen()
    return database
  }

  async #reopen(): Promise<void> {
    try {
      this.#database = this.#watched(await Store.#opened(this.#name))
    } catch {
      setTimeout(() => void this.#reopen(), REOPEN_AFTER_MS)
    }
  }

  close(): void {
    this.#database.close()
  }

  /** In the order in which they were started. */
  async sessions(): Promise<StoredSession[]> {
    return result(this.#reading('sessions').getAll() as IDBRequest<StoredSession[]>)
  }

  async session(sessionId: string): Promise<StoredSession | undefined> {
    return result(this.#reading('sessions').get(sessionId) as IDBRequest<StoredSession | undefined>)
  }

  async addSession(session: StoredSession): Promise<void> {
    const transaction = this.#writing('sessions')
    transaction.objectStore('sessions').add(session)
    await done(transaction)
  }

  /** Reads, changes and writes in one transaction; false when the session is gone. */
  async changeSession(sessionId: string, change: (session: StoredSession) => void): Promise<boolean> {
    const transaction = this.#writing('sessions')
    const found = await this.#change(transaction, sessionId, change)
    await done(transaction)
    return found
  }

  /** Adds the session's next segment. Counts and bytes are committed together or not at all. */
  async addSegment(segment: StoredSegment, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const transaction = this.#writing('sessions', 'segments', 'audio')
    transaction.objectStore('segments').add(segment)
    transaction.objectStore('audio').add(bytes, [segment.sessionId, segment.n])
    await this.#change(transaction, segment.sessionId, (session) => {
      session.segments = segment.n + 1
      session.samples = segment.firstSample + segment.samples
    })
    await done(transaction)
  }

  async segments(sessionId: string): Promise<StoredSegment[]> {
    return result(this.#reading('segments').getAll(all(sessionId)) as IDBRequest<StoredSegment[]>)
  }

  async segment(sessionId: string, n: number): Promise<StoredSegment | undefined> {
    return result(this.#reading('segments').get([sessionId, n]) as IDBRequest<StoredSegment | undefined>)
  }

  async audio(sessionId: string, n: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const request = this.#reading('audio').get([sessionId, n])
    return result(request as IDBRequest<Uint8Array<ArrayBuffer> | undefined>)
  }

  /** The first few segments that the server does not hold yet. */
  async segmentsToSend(sessionId: string, limit: number): Promise<StoredSegment[]> {
    const index = this.#reading('segments').index('to send')
    const range = IDBKeyRange.bound([sessionId, 0, 0, 0], [sessionId, 0, 0, Infinity])
    return result(index.getAll(range, limit) as IDBRequest<StoredSegment[]>)
  }

  async segmentIsHeld(sessionId: string, n: number, held: boolean): Promise<void> {
    await this.#changeSegment(sessionId, n, (segment, session) => {
      if ((segment.held === 1) === held) return
      segment.held = held ? 1 : 0
      session.heldSamples += held ? segment.samples : -segment.samples
    })
  }

  async segmentIsRefused(sessionId: string, n: number, problem: string): Promise<void> {
    await this.#changeSegment(sessionId, n, (segment, session) => {
      segment.stopped = 1
      session.refused.push({ sessionId, segment: n, problem })
    })
  }

  async addMark(mark: StoredMark): Promise<void> {
    const transaction = this.#writing('sessions', 'marks')
    transaction.objectStore('marks').add(mark)
    await this.#change(transaction, mark.sessionId, (session) => {
      session.marks = mark.n + 1
    })
    await done(transaction)
  }

  async marks(sessionId: string): Promise<StoredMark[]> {
    return result(this.#reading('marks').getAll(all(sessionId)) as IDBRequest<StoredMark[]>)
  }

  /** Freezes the counts; marks beyond the last sample, which only a crash leaves, move onto it. */
  async freeze(sessionId: string, dropLast: number): Promise<void> {
    const transaction = this.#writing('sessions', 'marks')
    const marks = transaction.objectStore('marks')
    const stored = await result(marks.getAll(all(sessionId)) as IDBRequest<StoredMark[]>)
    await this.#change(transaction, sessionId, (session) => {
      if (session.end !== null || session.state === 'discarding') return
      for (const mark of stored) {
        if (mark.atSample > session.samples) marks.put({ ...mark, atSample: session.samples })
      }
      session.state = 'ending'
      session.end = {
        segments: session.segments,
        samples: session.samples,
        marks: session.marks,
        drop_last: dropLast,
        ...(session.gaps.length > 0 ? { gaps: session.gaps } : {}),
      }
    })
    await done(transaction)
  }

  /** Forgets the recording, but not the session itself. */
  async removeAudio(sessionId: string): Promise<void> {
    const transaction = this.#writing('segments', 'audio', 'marks')
    for (const name of ['segments', 'audio', 'marks']) transaction.objectStore(name).delete(all(sessionId))
    await done(transaction)
  }

  async remove(sessionId: string): Promise<void> {
    const transaction = this.#writing(...EVERY_STORE)
    removeFrom(transaction, sessionId)
    await done(transaction)
  }

  /** Forgets the session, unless it is to be deleted at the server first. */
  async removeKept(sessionId: string): Promise<void> {
    const transaction = this.#writing(...EVERY_STORE)
    const sessions = transaction.objectStore('sessions')
    const session = await result(sessions.get(sessionId) as IDBRequest<StoredSession | undefined>)
    if (session?.state !== 'discarding') removeFrom(transaction, sessionId)
    await done(transaction)
  }

  async #changeSegment(
    sessionId: string,
    n: number,
    change: (segment: StoredSegment, session: StoredSession) => void,
  ): Promise<void> {
    const transaction = this.#writing('sessions', 'segments')
    const segments = transaction.objectStore('segments')
    const segment = await result(segments.get([sessionId, n]) as IDBRequest<StoredSegment | undefined>)
    await this.#change(transaction, sessionId, (session) => {
      if (segment === undefined) return
      change(segment, session)
      segments.put(segment)
    })
    await done(transaction)
  }

  async #change(
    transaction: IDBTransaction,
    sessionId: string,
    change: (session: StoredSession) => void,
  ): Promise<boolean> {
    const sessions = transaction.objectStore('sessions')
    const session = await result(sessions.get(sessionId) as IDBRequest<StoredSession | undefined>)
    if (session === undefined) return false
    change(session)
    sessions.put(session)
    return true
  }

  #reading(name: string): IDBObjectStore {
    return this.#database.transaction(name, 'readonly').objectStore(name)
  }

  #writing(...names: string[]): IDBTransaction {
    return this.#database.transaction(names, 'readwrite', STRICT)
  }
}

function removeFrom(transaction: IDBTransaction, sessionId: string): void {
  transaction.objectStore('sessions').delete(sessionId)
  for (const name of ['segments', 'audio', 'marks']) transaction.objectStore(name).delete(all(sessionId))
}

function all(sessionId: string): IDBKeyRange {
  return IDBKeyRange.bound([sessionId, 0], [sessionId, Infinity])
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the store cannot be read'))
  })
}

function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onerror = transaction.onabort = () =>
      reject(transaction.error ?? new Error('the store cannot be written'))
  })
}
