/** Who is signed in, and how this server is set. */
import { api, Problem, type Config, type Me } from '../api'

export type Standing = 'unknown' | 'signed-in' | 'signed-out' | 'unreachable'

class Account {
  me: Me | null = $state.raw(null)
  config: Config | null = $state.raw(null)
  standing: Standing = $state('unknown')
  failure: unknown = $state.raw(null)

  async load(): Promise<void> {
    this.failure = null
    try {
      this.config = await api.config()
      this.me = await api.me()
      this.standing = 'signed-in'
    } catch (failure) {
      this.noticed(failure)
      if (this.standing === 'signed-out') return
      this.standing = 'unreachable'
      this.failure = failure
    }
  }

  async signOut(): Promise<void> {
    await api.signOut()
    this.#forget()
  }

  /** Looks at a failure of any call: a 401 means that the cookie is gone. */
  noticed(failure: unknown): void {
    if (failure instanceof Problem && failure.status === 401) this.#forget()
  }

  #forget(): void {
    this.me = null
    this.standing = 'signed-out'
  }
}

export const account = new Account()
