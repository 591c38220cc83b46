/** What one account has opened on this device and may read without a network: who it is, and its texts. */
import type { Config, Me, RecitalText } from '../api'

const PREFIX = 'recital-opened-'
const ACCOUNT = '/account'
const TEXTS = '/texts/'
const MOST_TEXTS = 50

export interface Known {
  me: Me
  config: Config
}

/** Remembers an account, and forgets every other; a browser that keeps nothing only forgets. */
export async function keepAccount(known: Known): Promise<void> {
  await quietly(async () => {
    await forgetAllBut(known.me.id)
    await put(await caches.open(PREFIX + known.me.id), ACCOUNT, known)
  })
}

/** The account that was signed in here last, unless it signed out. */
export async function keptAccount(): Promise<Known | null> {
  return quietly(async () => get<Known>(await theOnly(), ACCOUNT))
}

export async function keepText(text: RecitalText): Promise<void> {
  await quietly(async () => {
    const cache = await theOnly()
    if (cache === null) return
    await cache.delete(TEXTS + text.id)
    await put(cache, TEXTS + text.id, text) // the last of them is the newest
    const texts = (await cache.keys()).filter((request) => new URL(request.url).pathname.startsWith(TEXTS))
    await Promise.all(texts.slice(0, -MOST_TEXTS).map((request) => cache.delete(request)))
  })
}

export async function keptText(id: string): Promise<RecitalText | null> {
  return quietly(async () => get<RecitalText>(await theOnly(), TEXTS + id))
}

/** The texts that can be read without a network, the one opened last first. */
export async function keptTexts(): Promise<RecitalText[]> {
  const found = await quietly(async () => {
    const cache = await theOnly()
    const requests = (await cache?.keys()) ?? []
    const paths = requests.map((request) => new URL(request.url).pathname).filter((path) => path.startsWith(TEXTS))
    return Promise.all(paths.reverse().map((path) => get<RecitalText>(cache, path)))
  })
  return (found ?? []).filter((text) => text !== null)
}

export async function forgetOpened(): Promise<void> {
  await quietly(() => forgetAllBut(null))
}

async function theOnly(): Promise<Cache | null> {
  const name = (await caches.keys()).find((one) => one.startsWith(PREFIX))
  return name === undefined ? null : caches.open(name)
}

async function forgetAllBut(speakerId: string | null): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== PREFIX + speakerId)
  await Promise.all(names.map((name) => caches.delete(name)))
}

async function get<T>(cache: Cache | null, path: string): Promise<T | null> {
  const response = await cache?.match(path)
  return response === undefined ? null : ((await response.json()) as T)
}

async function put(cache: Cache, path: string, value: unknown): Promise<void> {
  await cache.put(path, Response.json(value))
}

/** Private windows and full disks keep nothing: that is no reason to stop. */
async function quietly<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch {
    return null
  }
}
