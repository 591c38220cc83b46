import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Held {
  speakerId: string
  opening: string
  segments: Map<number, { bytes: Buffer; headers: IncomingMessage['headers'] }>
  marks: unknown[]
  end: string | null
}

type Answer = [status: number, problem?: string, facts?: object]

/** A small ingest server that keeps the protocol's promises, over real HTTP, and fails when told to. */
export class Ingest {
  sessions = new Map<string, Held>()
  calls: string[] = []
  /** Whose cookie the calls carry. */
  speakerId = 'a'
  /** Asked before each call; an answer here is given instead. `cut` breaks the connection before the call is heard,
   * `deaf` after it was done. */
  trouble: (call: string) => Answer | 'cut' | 'deaf' | null = () => null
  /** How long the answer to a call is kept back. */
  delayMs: (call: string) => number = () => 0
  #server = createServer((request, response) => void this.#serve(request, response))

  async start(): Promise<string> {
    await new Promise<void>((ready) => this.#server.listen(0, '127.0.0.1', ready))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const call = `${request.method} ${request.url?.replace('/api/sessions/', '')}`
    this.calls.push(call)
    const trouble = this.trouble(call)
    const delayMs = this.delayMs(call)
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
    if (trouble === 'cut') return void request.socket.destroy()
    const [status, problem, facts] = Array.isArray(trouble) ? trouble : this.#answer(request, Buffer.concat(chunks))
    if (trouble === 'deaf') return void request.socket.destroy()
    response.writeHead(status, { 'Content-Type': problem ? 'application/problem+json' : 'application/json' })
    response.end(JSON.stringify(problem ? { type: `/problems/${problem}`, title: problem, status, ...facts } : (facts ?? {})))
  }

  #answer(request: IncomingMessage, body: Buffer): Answer {
    if (request.url === '/api/me') return [200, '', { id: this.speakerId }]
    const [sessionId = '', what, n] = request.url!.replace('/api/sessions/', '').split('/')
    const known = this.sessions.get(sessionId)
    const held = known?.speakerId === this.speakerId ? known : undefined
    const opens = request.method === 'PUT' && what === undefined
    if (known !== held) return opens ? [409, 'session-differs'] : [404, 'session-not-found'] // somebody else's
    if (request.method === 'DELETE') return this.sessions.delete(sessionId) ? [202] : [404, 'session-not-found']
    if (what === undefined) return this.#open(sessionId, held, String(body))
    if (held === undefined) return [404, 'session-not-found']
    if (what === 'received') return received(held)
    if (what === 'audio') return takeSegment(held, Number(n), body, request.headers)
    return what === 'marks' ? takeMarks(held, String(body)) : end(held, String(body))
  }

  #open(sessionId: string, held: Held | undefined, opening: string): Answer {
    if (held !== undefined) return held.opening === opening ? [200] : [409, 'session-differs']
    this.sessions.set(sessionId, { speakerId: this.speakerId, opening, segments: new Map(), marks: [], end: null })
    return [201]
  }
}

function takeSegment(held: Held, n: number, bytes: Buffer, headers: IncomingMessage['headers']): Answer {
  const digest = createHash('sha256').update(bytes).digest('base64')
  if (headers['content-digest'] !== `sha-256=:${digest}:`) return [422, 'digest-differs']
  const known = held.segments.get(n)
  if (known !== undefined) return known.bytes.equals(bytes) ? [200] : [409, 'segment-differs']
  if (held.end !== null) return [409, 'session-closed']
  held.segments.set(n, { bytes, headers })
  return [201]
}

function takeMarks(held: Held, body: string): Answer {
  const { from, marks } = JSON.parse(body) as { from: number; marks: { n: number }[] }
  if (from > held.marks.length) return [422, 'marks-out-of-order']
  for (const mark of marks) {
    const known = held.marks[mark.n]
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(mark)) return [409, 'marks-differ']
    held.marks[mark.n] = mark
  }
  return [200]
}

function received({ segments, marks }: Held): Answer {
  return [200, '', { segments: [...segments.keys()].sort((a, b) => a - b).map((n) => [n, n]), marks: marks.length, bytes: 0 }]
}

function end(held: Held, body: string): Answer {
  if (held.end !== null) return held.end === body ? [200] : [409, 'session-closed']
  const counts = JSON.parse(body) as { segments: number; marks: number }
  const missing = Array.from({ length: counts.segments }, (_, n) => n).filter((n) => !held.segments.has(n))
  const marks = Array.from({ length: counts.marks }, (_, n) => n).filter((n) => held.marks[n] === undefined)
  if (missing.length + marks.length > 0) {
    return [409, 'pieces-missing', { missing_segments: missing, missing_marks: marks }]
  }
  held.end = body
  return [202]
}
