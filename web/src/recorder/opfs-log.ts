import { concatenate } from './pcm'
import type { LogName, SampleLog } from './sample-log'

const FOLDER = 'recital-sample-log'
const WRITE_EVERY_MS = 200

interface OpenLog {
  handle: FileSystemSyncAccessHandle | null
  waiting: Int16Array[]
  waitingSamples: number
  writtenBytes: number
  opening: Promise<void>
}

/** A file a segment in the origin's private file system; written every 200 ms and flushed. */
export class OpfsLog implements SampleLog {
  #folder: FileSystemDirectoryHandle
  #failed: (error: unknown) => void
  #open = new Map<string, OpenLog>()

  private constructor(folder: FileSystemDirectoryHandle, failed: (error: unknown) => void) {
    this.#folder = folder
    this.#failed = failed
  }

  /** Null where this browser has no such file system, or not in this mode; one that is full can still be read. */
  static async create(failed: (error: unknown) => void): Promise<OpfsLog | null> {
    try {
      const root = await navigator.storage.getDirectory()
      const folder = await answered(root, () => root.getDirectoryHandle(FOLDER, { create: true }))
      return new OpfsLog(folder, failed)
    } catch {
      return null // Firefox in private mode, Safari before 15.2
    }
  }

  append(of: LogName, samples: Int16Array): void {
    const log = this.#logOf(of)
    log.waiting.push(samples)
    log.waitingSamples += samples.length
    if (log.waitingSamples >= (of.rateHz * WRITE_EVERY_MS) / 1000) this.#write(log)
  }

  replace(of: LogName, samples: Int16Array): void {
    const log = this.#logOf(of)
    log.writtenBytes = 0
    log.waiting = [samples]
    log.waitingSamples = samples.length
    log.handle?.truncate(0)
    this.#write(log)
  }

  async drop(of: LogName): Promise<void> {
    const name = fileName(of)
    const log = this.#open.get(name)
    await log?.opening
    log?.handle?.close()
    this.#open.delete(name)
    await this.#remove(name)
  }

  async leftovers(): Promise<LogName[]> {
    const names: LogName[] = []
    for await (const name of this.#folder.keys()) {
      const [, sessionId, n, rateHz] = /^(.+)\.(\d+)\.(\d+)\.pcm$/.exec(name) ?? []
      if (sessionId !== undefined) names.push({ sessionId, n: Number(n), rateHz: Number(rateHz) })
    }
    return names.sort((a, b) => a.n - b.n)
  }

  async read(of: LogName): Promise<Int16Array<ArrayBuffer> | null> {
    const handle = await this.#folder.getFileHandle(fileName(of))
    const file = await answered(handle, () => handle.getFile())
    const bytes = await file.arrayBuffer()
    return new Int16Array(bytes, 0, bytes.byteLength >> 1) // a write may have been cut in mid-sample
  }

  #logOf(of: LogName): OpenLog {
    const name = fileName(of)
    const known = this.#open.get(name)
    if (known !== undefined) return known
    const log: OpenLog = { handle: null, waiting: [], waitingSamples: 0, writtenBytes: 0, opening: Promise.resolve() }
    this.#open.set(name, log)
    log.opening = this.#createFile(name).then((handle) => {
      log.handle = handle
      this.#write(log)
    }, this.#failed)
    return log
  }

  #write(log: OpenLog): void {
    if (log.handle === null || log.waitingSamples === 0) return
    const samples = concatenate(log.waiting)
    log.waiting = []
    log.waitingSamples = 0
    try {
      log.writtenBytes += log.handle.write(samples, { at: log.writtenBytes })
      log.handle.flush()
    } catch (error) {
      this.#failed(error)
    }
  }

  async #createFile(name: string): Promise<FileSystemSyncAccessHandle> {
    const handle = await this.#folder.getFileHandle(name, { create: true })
    return answered(handle, () => handle.createSyncAccessHandle())
  }

  async canWrite(): Promise<boolean> {
    try {
      const name = `probe-${crypto.randomUUID()}`
      const handle = await this.#createFile(name)
      handle.close()
      await this.#remove(name)
      return true
    } catch {
      return false
    }
  }

  async #remove(name: string): Promise<void> {
    try {
      await this.#folder.removeEntry(name)
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error
    }
  }
}

const asked = new Set<FileSystemHandle>()

/** Chromium never answers when the handle that was asked is collected as garbage meanwhile: it is held so long. */
async function answered<Answer>(handle: FileSystemHandle, ask: () => Promise<Answer>): Promise<Answer> {
  asked.add(handle)
  try {
    return await ask()
  } finally {
    asked.delete(handle)
  }
}

function fileName(of: LogName): string {
  return `${of.sessionId}.${of.n}.${of.rateHz}.pcm`
}
