/** One call of the server: the only `fetch` outside the recorder. */
import { problemOf, Unreachable } from './problems'

export type Query = Record<string, string | readonly string[] | null | undefined>

/** Answers the response, or throws `Problem` (refused) or `Unreachable` (no answer). */
export async function call(
  method: string,
  path: string,
  query: Query = {},
  body?: object,
  how: RequestInit = {},
): Promise<Response> {
  const request: RequestInit = { ...how, method, headers: { accept: 'application/json, application/problem+json' } }
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

/** What lies behind an address that the server signed. */
export async function signed(url: string): Promise<Response> {
  const response = await reached(url)
  if (!response.ok) throw await problemOf(response)
  return response
}

export async function json<T>(method: string, path: string, query?: Query, body?: object): Promise<T> {
  const response = await call(method, path, query, body)
  return (await response.json()) as T
}

export function search(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) => {
    return [value ?? []].flat().map((one): [string, string] => [name, one])
  })
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}

export function one(collection: string, id: string): string {
  return `/${collection}/${encodeURIComponent(id)}`
}
