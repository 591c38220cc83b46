import { storeSegment } from './ledger'
import { flacSegment } from './pcm-tape'
import type { LogName, SampleLog } from './sample-log'
import type { Store } from './store'
import type { StoredSession } from './stored'
import type { PendingSession } from './types'

/** Runs `work` while no other tab can record or recover this session; false when another tab has it. */
export type WithSession = (sessionId: string, work: () => Promise<void>) => Promise<boolean>

/**
 * Turns what a killed tab left in its logs into segments, for every session that no living tab is recording. What a
 * full device cannot take now stays in its log for the next time, and the answer is then false.
 */
export async function recoverLogs(
  store: Store,
  log: SampleLog,
  withSession: WithSession,
  failed: (error: unknown) => void,
  only?: string,
): Promise<boolean> {
  const bySession = new Map<string, LogName[]>()
  for (const name of await log.leftovers()) {
    if (only !== undefined && name.sessionId !== only) continue
    bySession.set(name.sessionId, [...(bySession.get(name.sessionId) ?? []), name])
  }
  let whole = true
  for (const [sessionId, names] of bySession) {
    try {
      const ours = await withSession(sessionId, async () => {
        for (const name of names) whole = (await recoverLog(store, log, name)) && whole
      })
      whole &&= ours
    } catch (error) {
      whole = false
      failed(error)
    }
  }
  return whole
}

/** True when nothing of this log is missing in the session any more. */
async function recoverLog(store: Store, log: SampleLog, name: LogName): Promise<boolean> {
  const session = await store.session(name.sessionId)
  const fate = fateOf(name, session)
  if (fate === 'leave') return false
  if (fate === 'commit') {
    const samples = await log.read(name)
    if (samples === null) return false
    if (samples.length > 0) {
      const segment = flacSegment({ n: name.n, firstSample: session!.samples, samples }, name.rateHz)
      await storeSegment(store, name.sessionId, segment)
    }
  }
  void log.drop(name)
  return true
}

/**
 * A committed segment wins over its log, a forgotten session's log goes, and only the log that continues the session
 * without a hole becomes its next segment. What is no segment is never dropped while its session is here.
 */
export function fateOf(name: LogName, session: StoredSession | undefined): 'drop' | 'commit' | 'leave' {
  if (session === undefined || session.state === 'discarding') return 'drop'
  if (name.n < session.segments) return 'drop'
  return name.n === session.segments && session.end === null ? 'commit' : 'leave'
}

/** What a screen shows of a session that was left behind; what was read is nobody's business but the speaker's. */
export function pendingOf(session: StoredSession, speakerId: string | null): PendingSession {
  return {
    sessionId: session.sessionId,
    textId: session.textId,
    title: speakerId === null ? '' : session.title,
    startedAt: session.startedAt,
    recordedMs: Math.round((session.samples / session.capture.sample_rate_hz) * 1000),
    state: pendingState(session),
  }
}

function pendingState(session: StoredSession): PendingSession['state'] {
  if (session.refused.length > 0) return 'refused'
  if (session.end !== null) return 'ending'
  return session.state === 'recording' ? 'recording-was-cut' : 'unfinished'
}
