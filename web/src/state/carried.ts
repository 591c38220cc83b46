/** What an address carries behind its "#": it is never sent to a server, and must not stay to be read. */
export interface Carried {
  /** The secret of a sign-in link that came by mail. */
  link: string | null
  /** The secret of an invitation. */
  invitation: string | null
}

export function carriedBy(path: string, fragment: string): Carried {
  const told = decoded(fragment.slice(1))
  const link = path === '/sign-in' && told.startsWith('link=') ? told.slice('link='.length) : ''
  const invitation = path === '/invitation' && told !== 'content' ? told : '' // "#content" skips to the content
  return { link: link || null, invitation: invitation || null }
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}
