import { Booth } from './booth'
import { Desk } from './desk'
import { IndexedDbLog } from './indexeddb-log'
import type { CallName, Calls, FromWorker, Request } from './messages'
import { OpfsLog } from './opfs-log'
import type { SampleLog } from './sample-log'
import { SampleLogs } from './sample-logs'
import { Store } from './store'
import { throttled } from './throttled'

/** The recorder's own thread: all of it that must not wait for a busy page. */

const UPLOAD_STATE_EVERY_MS = 250

type Handlers = { [Name in CallName]: (ask: Calls[Name]['ask']) => Promise<Calls[Name]['answer']> }

const handlers = build()

self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  void serve(data)
})

async function serve<Name extends CallName>({ id, name, ask }: Request<Name>): Promise<void> {
  try {
    say({ id, answer: await (await handlers)[name](ask) })
  } catch (error) {
    const { name: kind, message } = error instanceof Error ? error : new Error(String(error))
    say({ id, error: { name: kind, message } })
  }
}

async function build(): Promise<Handlers> {
  const store = await Store.open()
  const failed = () => say({ stopNow: 'storage-full' })
  const log = await sampleLog(failed)
  const changed = throttled(UPLOAD_STATE_EVERY_MS, async () => {
    say({ upload: await desk.uploadState(booth.live) })
  })
  const desk = new Desk(store, log, changed)
  const booth = new Booth(desk, {
    progress: (progress) => {
      say({ progress })
      changed()
    },
    stopNow: (reason) => say({ stopNow: reason }),
  })
  void desk.run()
  return {
    useTrack: ({ readable }) => booth.useTrack(readable),
    usePort: ({ port, rateHz }) => booth.usePort(port, rateHz),
    useSlices: ({ rateHz, mediaType }) => booth.useSlices(rateHz, mediaType),
    delivered: done(({ deliveredMs, atMs }) => booth.trackDelivered(deliveredMs, atMs)),
    slice: done(({ bytes, atMs }) => booth.slice(bytes, atMs)),
    tryOut: ({ forMs }) => booth.tryOut(forMs),
    release: done(() => booth.release()),
    start: (what) => booth.start(what),
    mark: done(({ kind, place, atMs }) => booth.mark(kind, place, atMs)),
    stop: done(({ atMs }) => booth.stop(atMs)),
    listen: () => booth.listen(),
    keep: done(({ dropLast }) => booth.keep(dropLast)),
    discard: done(() => booth.discard()),
    pending: () => desk.pending(),
    finish: done(({ sessionId }) => desk.finish(sessionId)),
    forget: done(({ sessionId }) => desk.drop(sessionId)),
    forgetAll: done(() => desk.forgetAll()),
    download: ({ sessionId }) => booth.download(sessionId),
    tryNow: done(() => desk.tryNow()),
    signedIn: done(({ speakerId }) => desk.signedIn(speakerId)),
  }
}

async function sampleLog(failed: () => void): Promise<SampleLog> {
  const files = await OpfsLog.create(failed)
  if (files === null || !(await files.canWrite())) return new SampleLogs(await IndexedDbLog.create(failed), files)
  return new SampleLogs(files, await IndexedDbLog.create(failed).catch(() => null))
}

function done<Ask>(work: (ask: Ask) => void | Promise<void>): (ask: Ask) => Promise<null> {
  return async (ask) => {
    await work(ask)
    return null
  }
}

function say(message: FromWorker): void {
  self.postMessage(message)
}
