/** The server, as the screens see it: the only `fetch` outside the recorder. */
import { problemOf, Unreachable } from './problems'
import type { Config, Me, Page, Preview, Prose, RecitalText, Session, TextPreview, TextRow } from './types'

export * from './problems'
export type * from './types'

type Query = Record<string, string | null | undefined>

/** Answers the response, or throws `Problem` (refused) or `Unreachable` (no answer). */
async function call(method: string, path: string, query: Query = {}, body?: object): Promise<Response> {
  const request: RequestInit = { method, headers: { accept: 'application/json, application/problem+json' } }
  if (body !== undefined) {
    request.body = JSON.stringify(body)
    request.headers = { ...request.headers, 'content-type': 'application/json' }
  }
  const response = await reached(`/api${path}${search(query)}`, request)
  if (!response.ok) throw await problemOf(response)
  return response
}

async function reached(url: string, request: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, request)
  } catch (cause) {
    throw new Unreachable('no answer from the server', { cause })
  }
}

async function json<T>(method: string, path: string, query?: Query, body?: object): Promise<T> {
  const response = await call(method, path, query, body)
  return (await response.json()) as T
}

function search(query: Query): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}

function one(collection: string, id: string): string {
  return `/${collection}/${encodeURIComponent(id)}`
}

export const api = {
  config: () => json<Config>('GET', '/config'),
  me: () => json<Me>('GET', '/me'),
  signOut: () => call('POST', '/auth/sign-out', {}, {}),

  texts: (cursor?: string | null) => json<Page<TextRow>>('GET', '/texts', { cursor }),
  text: (id: string) => json<RecitalText>('GET', one('texts', id)),
  addText: (prose: Prose) => json<RecitalText>('POST', '/texts', {}, { kind: 'prose', ...prose }),
  previewText: (prose: Prose) =>
    json<TextPreview>('POST', '/texts', { preview: 'true' }, { kind: 'prose', ...prose }),

  sessions: (cursor?: string | null) => json<Page<Session>>('GET', '/sessions', { cursor }),
  session: (id: string) => json<Session>('GET', one('sessions', id)),
  sessionPreview: (id: string) => json<Preview>('GET', `${one('sessions', id)}/preview`),
  deleteSession: (id: string) => call('DELETE', one('sessions', id)),

  /** The captions behind a preview's address, as WebVTT. */
  captions: async (url: string): Promise<string> => {
    const response = await reached(url)
    if (!response.ok) throw await problemOf(response)
    return response.text()
  },
}
