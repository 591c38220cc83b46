/** What can go wrong between here and the server. */

/** The server answered, and refused: RFC 9457. */
export class Problem extends Error {
  override readonly name = 'Problem'

  constructor(
    readonly status: number,
    /** The last part of the problem's type: `text-not-found`. */
    readonly slug: string,
    readonly title: string,
    readonly detail: string,
    /** What to quote to the operator. */
    readonly instance: string | null,
    /** What a program may act on, as the kind of refusal has it. */
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail || title)
  }
}

/** No answer came: no network, or no server. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

/** Reads a refusal, also one that a proxy made and that is no problem document. */
export async function problemOf(response: Response): Promise<Problem> {
  const facts = await factsOf(response)
  const type = text(facts['type']) ?? ''
  return new Problem(
    response.status,
    type.slice(type.lastIndexOf('/') + 1) || `status-${response.status}`,
    text(facts['title']) ?? response.statusText,
    text(facts['detail']) ?? '',
    text(facts['instance']),
    facts,
  )
}

async function factsOf(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null ? { ...body } : {}
  } catch {
    return {}
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
