import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { FromWorker, Request } from './messages'
import { Recorder } from './recorder'

const track = { stop: vi.fn(), getSettings: () => ({}) }

const microphone = vi.hoisted(() => ({ opened: Promise.resolve() }))

vi.mock('./microphone', () => ({
  openMicrophone: () => microphone.opened.then(() => track),
  processingOf: () => ({ echoCancellation: null, noiseSuppression: null, autoGainControl: null }),
}))
vi.mock('./interruptions', () => ({ watchMicrophone: () => () => undefined }))
vi.mock('./source', () => ({
  openSource: () => Promise.resolve({ path: 'worklet', rateHz: 48_000, channels: 1, begin: null, close: () => undefined }),
}))

/** A worker whose device is full: it fails at `stop`, and answers the rest. */
class FullWorker extends EventTarget {
  postMessage({ id, name }: Request): void {
    const error = { name: 'QuotaExceededError', message: 'full' }
    const data: FromWorker = name === 'stop' ? { id, error } : { id, answer: null }
    queueMicrotask(() => this.dispatchEvent(new MessageEvent('message', { data })))
  }

  terminate(): void {}
}

beforeEach(() => {
  track.stop.mockClear()
  vi.stubGlobal('Worker', FullWorker)
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', new EventTarget())
  vi.stubGlobal('navigator', { storage: { persist: () => Promise.resolve(true) } })
  vi.stubGlobal('reportError', vi.fn())
})

afterEach(() => {
  vi.unstubAllGlobals()
})

test('a stop that fails closes the microphone and leaves the recording to be kept', async () => {
  const recorder = new Recorder()
  let phase = ''
  recorder.subscribe((state) => (phase = state.phase))
  await recorder.prepare()
  await recorder.start({ textId: 'text', textRevision: 1, title: 'Text' }, 0)
  await recorder.stop(1)
  expect(phase).toBe('stopped')
  expect(track.stop).toHaveBeenCalledOnce()
  expect(reportError).toHaveBeenCalledOnce()
  await recorder.keep(0)
  expect(phase).toBe('idle')
})

test('a microphone that opens when nobody is there any more is closed at once', async () => {
  let open = (): void => undefined
  microphone.opened = new Promise((resolve) => (open = resolve))
  const recorder = new Recorder()
  const prepared = recorder.prepare()
  recorder.close()
  open()
  await expect(prepared).rejects.toThrow()
  expect(track.stop).toHaveBeenCalledOnce()
  await expect(recorder.pending()).rejects.toThrow('closed')
})
