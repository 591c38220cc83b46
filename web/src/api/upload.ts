/** Sending a file, with word of how much of it has gone: XMLHttpRequest, since `fetch` tells nothing of that. */
import { problemOf, Unreachable } from './problems'

/** `told` hears the share that was sent, from 0 to 1. Throws `Problem`, `Unreachable`, or an AbortError. */
export function upload<T>(path: string, form: FormData, told: (share: number) => void, signal: AbortSignal): Promise<T> {
  return new Promise<T>((done, failed) => {
    const request = new XMLHttpRequest()
    const givenUp = (): void => failed(new DOMException('not wanted any more', 'AbortError'))
    request.open('POST', `/api${path}`)
    request.setRequestHeader('accept', 'application/json, application/problem+json')
    request.upload.onprogress = ({ loaded, total }) => told(total > 0 ? loaded / total : 0)
    request.upload.onload = () => told(1)
    request.onerror = () => failed(new Unreachable('no answer from the server'))
    request.onabort = givenUp
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) done(JSON.parse(request.responseText) as T)
      else problemOf(new Response(request.responseText, { status: request.status })).then(failed, failed)
    }
    signal.addEventListener('abort', () => request.abort(), { once: true })
    if (signal.aborted) givenUp()
    else request.send(form)
  })
}
