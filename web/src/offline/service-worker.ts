import { Bodies } from '../bodies'

/**
 * Keeps the client on this device, so that it opens without a network: its page and all its files, and nothing of
 * the API's. A new release is loaded beside the one in use, and takes over when the page says so.
 *
 * `vite.offline.ts` puts the list of files and the name of the release in.
 */
declare const __RELEASE__: string
declare const __FILES__: string[]

/** Where the scope of a worker differs from a page's: https://w3c.github.io/ServiceWorker/ */
interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}

interface FetchEvent extends ExtendableEvent {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}

interface Scope {
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', heard: (event: ExtendableEvent) => void): void
  addEventListener(type: 'fetch', heard: (event: FetchEvent) => void): void
  addEventListener(type: 'message', heard: (event: ExtendableEvent & { data: unknown }) => void): void
}

const scope = self as unknown as Scope
const SHELL = 'recital-shell-'
const PAGE = '/'
const ASSETS = '/assets/'
const NOT_PAGES = /^\/(api|health|problems|assets)(\/|$)/
const BY_PATH = { ignoreVary: true }
/** Tabs that still run the release before this one find its files. */
const RELEASES_KEPT = 2
const bodies = new Bodies()

scope.addEventListener('install', (event) => event.waitUntil(load()))
scope.addEventListener('activate', (event) => event.waitUntil(takeOver()))
scope.addEventListener('message', (event) => {
  if (event.data === 'take over') event.waitUntil(scope.skipWaiting())
})

scope.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method === 'PUT') bodies.passed()
  if (request.method !== 'GET' || origin !== location.origin) return
  if (request.mode === 'navigate') {
    if (!NOT_PAGES.test(pathname)) event.respondWith(held(PAGE, request))
  } else if (pathname.startsWith(ASSETS) || __FILES__.includes(pathname)) {
    event.respondWith(held(pathname, request))
  }
})

async function held(path: string, request: Request): Promise<Response> {
  const shell = await caches.open(SHELL + __RELEASE__)
  return (await shell.match(path, BY_PATH)) ?? (await caches.match(path, BY_PATH)) ?? fetch(request)
}

async function load(): Promise<void> {
  const shell = await caches.open(SHELL + __RELEASE__)
  await Promise.all(
    __FILES__.map(async (path) => {
      const same = path.startsWith(ASSETS) ? await caches.match(path, BY_PATH) : undefined // its name says what is in it
      await shell.put(path, same ?? (await fetched(path)))
    }),
  )
}

async function fetched(path: string): Promise<Response> {
  const response = await fetch(path, { cache: 'no-cache', headers: path === PAGE ? { accept: 'text/html' } : {} })
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response
}

async function takeOver(): Promise<void> {
  const shells = (await caches.keys()).filter((name) => name.startsWith(SHELL) && name !== SHELL + __RELEASE__)
  await Promise.all(shells.slice(0, 1 - RELEASES_KEPT).map((name) => caches.delete(name)))
  // Not waited for: Firefox would wait for a worker that a page starts now, and whose file waits for this to be active.
  void scope.clients.claim()
}
