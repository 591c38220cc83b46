/** Small things that this device remembers; a browser that forbids it only forgets. */

/** Where a thing is noted, beside the notes of others on this device. */
export function noteOf(key: string): string {
  return `recital.${key}`
}

export function recall<T>(key: string, isThat: (value: unknown) => value is T, otherwise: T): T {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(noteOf(key)) ?? 'null')
    return isThat(value) ? value : otherwise
  } catch {
    return otherwise
  }
}

export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(noteOf(key), JSON.stringify(value))
  } catch {
    // private mode or a full disk: nothing here is worth stopping for
  }
}

/** Forgets everything whose key begins so. */
export function forget(start: string): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(noteOf(start))) localStorage.removeItem(key)
  } catch {
    // as above
  }
}
