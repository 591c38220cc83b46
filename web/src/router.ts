/** Which screen an address names; addresses are made here and nowhere else. */

export type Route =
  | { screen: 'texts' }
  | { screen: 'studio'; textId: string }
  | { screen: 'recordings' }
  | { screen: 'player'; sessionId: string }
  | { screen: 'sign-in' }
  | { screen: 'not-found'; path: string }

export const address = {
  texts: '/',
  recordings: '/recordings',
  signIn: '/sign-in',
  studio: (textId: string) => `/texts/${encodeURIComponent(textId)}`,
  player: (sessionId: string) => `/recordings/${encodeURIComponent(sessionId)}`,
}

export function routeOf(path: string): Route {
  const [first, second, ...rest] = parts(path)
  if (rest.length > 0) return { screen: 'not-found', path }
  if (first === undefined) return { screen: 'texts' }
  if (first === 'recordings') {
    return second === undefined ? { screen: 'recordings' } : { screen: 'player', sessionId: second }
  }
  if (first === 'texts' && second !== undefined) return { screen: 'studio', textId: second }
  if (first === 'sign-in' && second === undefined) return { screen: 'sign-in' }
  return { screen: 'not-found', path }
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
