/** Secrets that an address carried: taken out of the address bar and the history at once, kept until they are used. */
import { carriedBy } from './carried'

class Secrets {
  link: string | null = $state(null)
  invitation: string | null = $state(null)

  listen(): void {
    this.#take()
    addEventListener('hashchange', () => this.#take())
  }

  #take(): void {
    const { link, invitation } = carriedBy(location.pathname, location.hash)
    if (link === null && invitation === null) return
    this.link = link ?? this.link
    this.invitation = invitation ?? this.invitation
    history.replaceState(null, '', location.pathname + location.search)
  }
}

export const secrets = new Secrets()
