const OUTBOX = 'recital-outbox'
const RECORDING = 'recital-recording'

/** Another tab of this browser records just now, and has the microphone. */
export class RecordedElsewhere extends Error {
  override readonly name = 'RecordedElsewhere'
}

/**
 * Who of this browser's tabs does what: one sends, one may record, and a session is touched by none but the tab that
 * records it. Each has what it took for as long as it lives; a tab that crashes has nothing any more.
 */
export class Tabs {
  /** What this tab has, each with the way to let it go. */
  #ours = new Map<string, () => void>()

  /** Resolves when no other tab sends, and from then on this one does. */
  async send(): Promise<void> {
    await this.#take(OUTBOX)
  }

  /** From now on this tab records this session. Throws RecordedElsewhere. */
  async record(sessionId: string): Promise<void> {
    if (!(await this.#take(RECORDING, { ifAvailable: true }))) throw new RecordedElsewhere()
    await this.#take(nameOf(sessionId))
  }

  /** It is recorded no more, but still ours to decide on. */
  recorded(): void {
    this.#letGo(RECORDING)
  }

  release(sessionId: string): void {
    this.#letGo(nameOf(sessionId))
  }

  has(sessionId: string): boolean {
    return this.#ours.has(nameOf(sessionId))
  }

  /** Runs `work` while no other tab can touch this session; false when one has it. */
  async with(sessionId: string, work: () => Promise<void>): Promise<boolean> {
    return navigator.locks.request(nameOf(sessionId), { ifAvailable: true }, async (lock) => {
      if (lock === null) return false
      await work()
      return true
    })
  }

  /** Answers whether a session belongs to a living tab, this one included. */
  async owned(): Promise<(sessionId: string) => boolean> {
    const taken = await names()
    return (sessionId) => taken.has(nameOf(sessionId))
  }

  /** What another tab does just now. */
  async elsewhere(): Promise<'recording' | 'sending' | null> {
    const taken = await names()
    const byOther = (name: string) => taken.has(name) && !this.#ours.has(name)
    if (byOther(RECORDING)) return 'recording'
    return byOther(OUTBOX) ? 'sending' : null
  }

  /** False where it is not to be had at once, if that was asked for. */
  #take(name: string, options: LockOptions = {}): Promise<boolean> {
    return new Promise((taken, failed) => {
      const have = (lock: Lock | null) => {
        if (lock === null) return taken(false)
        taken(true)
        return new Promise<void>((release) => this.#ours.set(name, release))
      }
      navigator.locks.request(name, options, have).catch(failed)
    })
  }

  #letGo(name: string): void {
    this.#ours.get(name)?.()
    this.#ours.delete(name)
  }
}

function nameOf(sessionId: string): string {
  return `recital-session-${sessionId}`
}

async function names(): Promise<ReadonlySet<string>> {
  const { held = [] } = await navigator.locks.query()
  return new Set(held.flatMap(({ name }) => name ?? []))
}
