import { Bodies } from '../bodies'
import type { Capture, End, StoredMark, StoredSegment } from './stored'

/** What the server said: a status and, where it refused, why. Null when no answer came. */
export interface Answer {
  status: number
  /** The last part of the problem's type: `segment-differs`, `session-closed`, … */
  problem: string
  missingSegments: number[]
  missingMarks: number[]
  /** What is held of a session, where that was asked for: first and last number of each run, and the count of marks. */
  held: Held | null
}

export interface Held {
  segments: [first: number, last: number][]
  marks: number
}

/** The recorder's part of the API; the only place here that fetches. Every call may be repeated. */
export class Server {
  #origin: string
  #bodies = new Bodies()

  constructor(origin: string) {
    this.#origin = origin
  }

  open(sessionId: string, what: { textId: string; textRevision: number; capture: Capture }): Promise<Answer | null> {
    const { textId, textRevision, capture } = what
    return this.#call('PUT', sessionId, '', { text_id: textId, text_revision: textRevision, capture })
  }

  putSegment(segment: StoredSegment, bytes: Uint8Array<ArrayBuffer>, timeoutMs: number): Promise<Answer | null> {
    return this.#send('PUT', `${segment.sessionId}/audio/${segment.n}`, timeoutMs, bytes, {
      'Content-Type': segment.mediaType,
      'Content-Digest': `sha-256=:${segment.digest}:`,
      'Recital-First-Sample': String(segment.firstSample),
      'Recital-Sample-Count': String(segment.samples),
    })
  }

  putMarks(sessionId: string, marks: StoredMark[]): Promise<Answer | null> {
    return this.#call('PUT', sessionId, '/marks', {
      from: marks[0]!.n,
      marks: marks.map(({ n, paragraph, sentence, atSample, kind }) => ({
        n,
        paragraph,
        sentence,
        at_sample: atSample,
        kind,
      })),
    })
  }

  received(sessionId: string): Promise<Answer | null> {
    return this.#call('GET', sessionId, '/received')
  }

  end(sessionId: string, end: End): Promise<Answer | null> {
    return this.#call('POST', sessionId, '/end', end)
  }

  disavow(sessionId: string): Promise<Answer | null> {
    return this.#call('DELETE', sessionId, '')
  }

  /** Whose cookie it is: an empty name when it is nobody's, null when no answer came. */
  async speakerId(): Promise<string | null> {
    try {
      const response = await fetch(`${this.#origin}/api/me`, {
        credentials: 'same-origin',
        cache: 'no-store',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      if (response.status === 401 || response.status === 403) return ''
      const { id } = parsed(await response.text())
      return response.ok && typeof id === 'string' ? id : null
    } catch {
      return null
    }
  }

  #call(method: string, sessionId: string, path: string, body?: object): Promise<Answer | null> {
    const headers: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' }
    const text = body === undefined ? null : JSON.stringify(body)
    return this.#send(method, `${sessionId}${path}`, TIMEOUT_MS, text, headers)
  }

  async #send(
    method: string,
    path: string,
    timeoutMs: number,
    body: BodyInit | null,
    headers: Record<string, string>,
  ): Promise<Answer | null> {
    try {
      const response = await fetch(`${this.#origin}/api/sessions/${path}`, {
        method,
        body,
        headers,
        credentials: 'same-origin',
        cache: 'no-store',
        signal: AbortSignal.timeout(timeoutMs),
      })
      return answer(response.status, await response.text())
    } catch {
      return null // no network, a broken answer and a time-out are the same to an outbox: ask again
    } finally {
      this.#bodies.passed()
    }
  }
}

/** As the server says it to a cookie that is nobody's. */
export const SIGNED_OUT: Answer = { status: 401, problem: 'signed-out', missingSegments: [], missingMarks: [], held: null }

export const TIMEOUT_MS = 15_000

function answer(status: number, text: string): Answer {
  const body = parsed(text)
  const type = typeof body.type === 'string' ? body.type : ''
  return {
    status,
    problem: type.slice(type.lastIndexOf('/') + 1),
    missingSegments: numbers(body.missing_segments),
    missingMarks: numbers(body.missing_marks),
    held: heldOf(body),
  }
}

function heldOf({ segments, marks }: Record<string, unknown>): Held | null {
  if (!Array.isArray(segments) || typeof marks !== 'number') return null
  return { segments: segments.filter((run): run is [number, number] => numbers(run).length === 2), marks }
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((item) => Number.isInteger(item)) : []
}
