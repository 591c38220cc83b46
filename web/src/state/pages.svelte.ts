/** A list that comes in pages and may be looked at again while it changes. */
import type { Page } from '../api'
import { account } from './account.svelte'

export class Pages<Item extends { id: string }> {
  /** Null until the first page came. */
  items: Item[] | null = $state.raw(null)
  failure: unknown = $state.raw(null)
  loading = $state(false)
  #next: string | null = $state(null)
  readonly #ask: (cursor: string | null) => Promise<Page<Item>>

  constructor(ask: (cursor: string | null) => Promise<Page<Item>>) {
    this.#ask = ask
  }

  get hasMore(): boolean {
    return this.#next !== null
  }

  /** Loads the first page, or the one after what is shown. */
  async more(): Promise<void> {
    if (this.loading) return
    this.loading = true
    this.failure = null
    try {
      const page = await this.#ask(this.#next)
      this.items = merged(this.items ?? [], page.items)
      this.#next = page.next
    } catch (failure) {
      account.noticed(failure)
      this.failure = failure
    } finally {
      this.loading = false
    }
  }

  /** Looks at the newest page again; a failure changes nothing that is shown. Answers whether anything changed. */
  async refresh(): Promise<boolean> {
    const page = await this.#ask(null)
    const before = JSON.stringify(this.items)
    if (this.items === null) this.#next = page.next
    this.items = refreshed(this.items ?? [], page.items)
    return JSON.stringify(this.items) !== before
  }

  /** Looks at the newest page again where things also leave a list: it alone is shown then, if nothing else was. */
  async renew(): Promise<void> {
    const page = await this.#ask(null)
    const whole = page.next === null
    if (!whole && this.items !== null && this.items.length > page.items.length) {
      this.items = refreshed(this.items, page.items)
      return
    }
    this.items = page.items
    this.#next = page.next
  }

  /** What `item` does not tell stays as it was. */
  replace(item: Partial<Item> & Pick<Item, 'id'>): void {
    this.items = (this.items ?? []).map((old) => (old.id === item.id ? { ...old, ...item } : old))
  }

  remove(id: string): void {
    this.items = (this.items ?? []).filter((item) => item.id !== id)
  }
}

/** Older items after those that are shown; one that moved between two pages is not shown twice. */
export function merged<Item extends { id: string }>(shown: readonly Item[], older: readonly Item[]): Item[] {
  const known = new Set(shown.map((item) => item.id))
  return [...shown, ...older.filter((item) => !known.has(item.id))]
}

/** The newest page before the rest of what is shown. */
export function refreshed<Item extends { id: string }>(shown: readonly Item[], newest: readonly Item[]): Item[] {
  const fresh = new Set(newest.map((item) => item.id))
  return [...newest, ...shown.filter((item) => !fresh.has(item.id))]
}
