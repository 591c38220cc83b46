/** The part of an address after the question mark, with some wishes changed; null takes one away. */
export function changed(search: string, wishes: Record<string, string | null>): string {
  const query = new URLSearchParams(search)
  for (const [name, value] of Object.entries(wishes)) {
    if (value === null || value === '') query.delete(name)
    else query.set(name, value)
  }
  return query.size === 0 ? '' : `?${query}`
}
