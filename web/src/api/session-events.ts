/** Sessions as they change: the server tells of them, and while its word does not come through, one looks now and then. */
import type { Session } from './types'

export const LOOKS_EVERY_MS = 15_000
export const TRIES_AGAIN_MS = 60_000

export interface Follower {
  /** One session is other than before, or new. */
  changed: (session: Session) => void
  /** Something may have been missed: everything that is shown is to be looked at again. */
  look: () => void
}

/**
 * Follows one's own sessions, or for an admin `everybodys`, until the answered function is called.
 *
 * A page that nobody sees holds no connection: a browser has few of them for all its tabs together.
 */
export function followSessions(everybodys: boolean, follower: Follower): () => void {
  let source: EventSource | null = null
  let again = 0

  function open(): void {
    close()
    source = new EventSource(`/api/sessions/events${everybodys ? '?scope=all' : ''}`)
    source.addEventListener('open', () => follower.look())
    source.addEventListener('session', (event: MessageEvent<string>) => {
      follower.changed(JSON.parse(event.data) as Session)
    })
    source.addEventListener('error', () => {
      if (source?.readyState === EventSource.CLOSED) again = window.setTimeout(open, TRIES_AGAIN_MS)
    })
  }

  function close(): void {
    clearTimeout(again)
    source?.close()
    source = null
  }

  function turned(): void {
    if (document.hidden) close()
    else open()
  }

  const looking = window.setInterval(() => {
    if (!document.hidden && source?.readyState !== EventSource.OPEN) follower.look()
  }, LOOKS_EVERY_MS)
  document.addEventListener('visibilitychange', turned)
  turned()

  return () => {
    clearInterval(looking)
    document.removeEventListener('visibilitychange', turned)
    close()
  }
}
