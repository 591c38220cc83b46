/** Which screen somebody gets: the one that was asked for, or what has to come before it. */
import type { Me } from '../api'
import type { Route } from '../router'

export type Shown = Route | { screen: 'waiting' }

/** Screens for everybody who has an account, whatever else is missing. */
const OPEN: ReadonlySet<string> = new Set(['account', 'agreement', 'invitation', 'help', 'not-found'])

export function admitted(route: Route, me: Pick<Me, 'role' | 'agreement_needed'>): Shown {
  const isAdmin = me.role === 'admin'
  if (route.screen === 'admin' && !isAdmin) return { screen: 'not-found', path: '/admin' }
  if (OPEN.has(route.screen)) return route
  if (me.agreement_needed && (!isAdmin || route.screen === 'studio')) return { screen: 'agreement' }
  return me.role === 'pending' ? { screen: 'waiting' } : route
}
