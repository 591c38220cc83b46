import type { LogName, SampleLog } from './sample-log'

/** Writes to one log, and finds what lies in the other as well: an earlier visit may have had to write there. */
export class SampleLogs implements SampleLog {
  #written: SampleLog
  #all: SampleLog[]

  constructor(written: SampleLog, other: SampleLog | null) {
    this.#written = written
    this.#all = other === null ? [written] : [written, other]
  }

  append(of: LogName, samples: Int16Array): void {
    this.#written.append(of, samples)
  }

  replace(of: LogName, samples: Int16Array): void {
    this.#written.replace(of, samples)
  }

  async drop(of: LogName): Promise<void> {
    await Promise.all(this.#all.map((log) => log.drop(of)))
  }

  async leftovers(): Promise<LogName[]> {
    const names = await Promise.all(this.#all.map((log) => log.leftovers()))
    return names.flat().sort((a, b) => a.n - b.n)
  }

  async read(of: LogName): Promise<Int16Array<ArrayBuffer> | null> {
    for (const log of this.#all) {
      const lies = (await log.leftovers()).some((name) => name.sessionId === of.sessionId && name.n === of.n)
      if (lies) return log.read(of)
    }
    return null
  }
}
