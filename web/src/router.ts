/** Which screen an address names; addresses are made here and nowhere else. */

export const ADMIN_PARTS = ['overview', 'people', 'invitations', 'sessions', 'texts', 'jobs', 'log'] as const
export type AdminPart = (typeof ADMIN_PARTS)[number]

/** Screens of one word and nothing behind it. */
const ALONE = ['recordings', 'standings', 'help', 'sign-in', 'invitation', 'agreement', 'account'] as const

export type Route =
  | { screen: 'texts' }
  | { screen: 'studio'; textId: string }
  | { screen: 'about'; textId: string }
  | { screen: 'recordings' }
  | { screen: 'player'; sessionId: string }
  | { screen: 'standings' }
  | { screen: 'help' }
  | { screen: 'sign-in' }
  | { screen: 'invitation' }
  | { screen: 'agreement' }
  | { screen: 'account' }
  | { screen: 'admin'; part: AdminPart; sessionId: string | null }
  | { screen: 'not-found'; path: string }

export const address = {
  texts: '/',
  recordings: '/recordings',
  standings: '/standings',
  help: '/help',
  signIn: '/sign-in',
  agreement: '/agreement',
  account: '/account',
  admin: (part: AdminPart, search = '') => `/admin/${part}${search}`,
  adminSession: (sessionId: string, search = '') => `/admin/sessions/${encodeURIComponent(sessionId)}${search}`,
  studio: (textId: string) => `/texts/${encodeURIComponent(textId)}`,
  about: (textId: string) => `/texts/${encodeURIComponent(textId)}/about`,
  player: (sessionId: string) => `/recordings/${encodeURIComponent(sessionId)}`,
}

export function routeOf(path: string): Route {
  const [first, second, third, ...rest] = parts(path)
  if (rest.length > 0) return { screen: 'not-found', path }
  if (first === 'admin') return adminPart(second ?? 'overview', third ?? null) ?? { screen: 'not-found', path }
  if (first === 'texts' && second !== undefined && third === 'about') return { screen: 'about', textId: second }
  if (third !== undefined) return { screen: 'not-found', path }
  if (first === undefined) return { screen: 'texts' }
  if (second === undefined) {
    const screen = ALONE.find((known) => known === first)
    if (screen !== undefined) return { screen }
  }
  if (first === 'recordings' && second !== undefined) return { screen: 'player', sessionId: second }
  if (first === 'texts' && second !== undefined) return { screen: 'studio', textId: second }
  return { screen: 'not-found', path }
}

function adminPart(word: string, sessionId: string | null): Route | null {
  const part = ADMIN_PARTS.find((known) => known === word)
  if (part === undefined || (sessionId !== null && part !== 'sessions')) return null
  return { screen: 'admin', part, sessionId }
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '').map(decoded)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // a lone "%": an address that somebody mistyped
  }
}
