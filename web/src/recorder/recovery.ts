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
 * full device cannot take now stays in its log for the next time.
 */
export async function recoverLogs(
  store: Store,
  log: SampleLog,
  withSession: WithSession,
  failed: (error: unknown) => void,
  only?: string,
): Promise<void> {
  const bySession = new Map<string, LogName[]>()
  for (const name of await log.leftovers()) {
    if (only !== undefined && name.sessionId !== only) continue
    bySession.set(name.sessionId, [...(bySession.get(name.sessionId) ?? []), name])
  }
  for (const [sessionId, names] of bySession) {
    try {
      await withSession(sessionId, async () => {
        for (const name of names) await recoverLog(store, log, name)
      })
    } catch (error) {
      failed(error)
    }
  }
}

async function recoverLog(store: Store, log: SampleLog, name: LogName): Promise<void> {
  const session = await store.session(name.sessionId)
  const fate = fateOf(name, session)
  if (fate === 'leave') return
  if (fate === 'commit') {
    const samples = await log.read(name)
    if (samples === null) return
    if (samples.length > 0) {
      const segment = flacSegment({ n: name.n, firstSample: session!.samples, samples }, name.rateHz)
      await storeSegment(store, name.sessionId, segment)
    }
  }
  void log.drop(name)
}

/**
 * A committed segment wins over its log, a forgotten session's log goes, and only the log that continues the session
 * without a hole becomes its next segment.
 */
export function fateOf(name: LogName, session: StoredSession | undefined): 'drop' | 'commit' | 'leave' {
  if (session === undefined || session.state === 'discarding' || session.end !== null) return 'drop'
  if (name.n < session.segments) return 'drop'
  return name.n === session.segments ? 'commit' : 'leave'
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
