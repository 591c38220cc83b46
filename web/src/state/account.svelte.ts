/** Who is signed in, what they may do now, and how this server is set. */
import { api, Problem, Unreachable, type Config, type Me } from '../api'
import { speaking } from '../i18n/index.svelte'
import { capture } from './capture.svelte'
import { forgetOpened, keepAccount, keptAccount } from './opened'
import { forget } from './remembered'

export type Standing = 'unknown' | 'signed-in' | 'signed-out' | 'unreachable'

/** Refusals that mean that the server knows something of this account which we do not know yet. */
const NEWS: ReadonlySet<string> = new Set(['agreement-needed', 'approval-needed'])

class Account {
  me: Me | null = $state.raw(null)
  config: Config | null = $state.raw(null)
  standing: Standing = $state('unknown')
  failure: unknown = $state.raw(null)
  /** No server has said who this is: this device knows it from the last time. */
  isRemembered = $state(false)
  /** The account that was here a moment ago is erased. */
  erased = $state(false)

  get isAdmin(): boolean {
    return this.me?.role === 'admin'
  }

  async load(): Promise<void> {
    this.failure = null
    try {
      const coming = api.me()
      coming.catch(() => {}) // heard below, unless there is no server at all
      const config = await api.config()
      this.config = config
      const me = await coming
      await speaking.follow(me.language).catch(() => {}) // all can be said in the language that is here
      this.is(me)
      this.standing = 'signed-in'
      this.isRemembered = false
      void keepAccount({ me, config })
    } catch (failure) {
      this.noticed(failure)
      if (this.standing === 'signed-out' || (failure instanceof Unreachable && (await this.#remember()))) return
      this.standing = 'unreachable'
      this.failure = failure
    }
  }

  /** Looks again who this is; without an answer everything stays as it was. */
  async look(): Promise<void> {
    try {
      this.is(await api.me())
    } catch (failure) {
      this.noticed(failure)
    }
  }

  /** Takes what the server says of this account now. */
  is(me: Me): void {
    this.me = me
    this.erased = false
  }

  async signOut(): Promise<void> {
    await api.signOut()
    this.#forget()
  }

  async signOutEverywhere(): Promise<void> {
    await api.signOutEverywhere()
    this.#forget()
  }

  async erase(texts: 'keep' | 'retire'): Promise<void> {
    await api.eraseMe(texts)
    forget(`progress.${this.me?.id}.`)
    try {
      await capture.forgetAll()
    } finally {
      this.#forget()
      this.erased = true
    }
  }

  /** Looks at a failure of any call: a cookie that is gone, an agreement or an approval that is needed. */
  noticed(failure: unknown): void {
    if (!(failure instanceof Problem)) return
    if (failure.status === 401) this.#forget()
    if (failure.status === 403 && NEWS.has(failure.slug) && this.standing === 'signed-in') void this.look()
  }

  async #remember(): Promise<boolean> {
    const known = await keptAccount()
    if (known === null) return false
    this.config = known.config
    this.is(known.me)
    this.standing = 'signed-in'
    this.isRemembered = true
    return true
  }

  #forget(): void {
    void forgetOpened()
    this.me = null
    this.standing = 'signed-out'
  }
}

export const account = new Account()
