/** Where in the client one is: the address bar, and who may ask before it changes. */
import { routeOf, type Route } from '../router'
import { changed } from './wishes'

/** Answers whether one may leave; asked only once for each attempt. */
export type Guard = () => Promise<boolean>

class Navigation {
  #path = $state(location.pathname)
  #search = $state(location.search)
  #guard: Guard | null = null
  /** Whether the first screen of this visit was left. */
  moved = false
  readonly route: Route = $derived(routeOf(this.#path))
  /** What the address asks for beyond its screen: the filters of a list. */
  readonly query: URLSearchParams = $derived(new URLSearchParams(this.#search))

  listen(): void {
    addEventListener('popstate', () => void this.#arrived())
    document.addEventListener('click', (event) => this.#clicked(event))
  }

  /** Goes to an address of this client; answers false if somebody said to stay. */
  async go(path: string, replace = false): Promise<boolean> {
    if (!(await this.#mayLeave())) return false
    if (replace) history.replaceState(null, '', path)
    else history.pushState(null, '', path)
    this.#look()
    this.moved = true
    scrollTo(0, 0)
    return true
  }

  /** Changes what the address asks for, on the same screen and in the same place of it; null takes a wish away. */
  ask(wishes: Record<string, string | null>): void {
    history.replaceState(null, '', location.pathname + changed(location.search, wishes))
    this.#look()
  }

  /** Until the answered function is called, `guard` is asked before one leaves. */
  guard(guard: Guard): () => void {
    this.#guard = guard
    return () => {
      if (this.#guard === guard) this.#guard = null
    }
  }

  async #mayLeave(): Promise<boolean> {
    return this.#guard === null || (await this.#guard())
  }

  async #arrived(): Promise<void> {
    if (this.#guard !== null && location.pathname !== this.#path) {
      const wanted = location.pathname + location.search
      history.pushState(null, '', this.#path + this.#search) // stay where we are while the question stands
      if (await this.#mayLeave()) await this.go(wanted)
      return
    }
    this.#look()
  }

  #look(): void {
    this.#path = location.pathname
    this.#search = location.search
  }

  #clicked(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (link === null || link.origin !== location.origin || link.target !== '' || link.download !== '') return
    if (link.pathname.startsWith('/api/') || link.getAttribute('href')?.startsWith('#')) return
    event.preventDefault()
    void this.go(link.pathname + link.search)
  }
}

export const navigation = new Navigation()
