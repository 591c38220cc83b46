/** An entry of the log as a sentence. */
import type { LogEntry, LogEvent, Role } from '../../api'
import { isolated, jobName, t } from '../../i18n/admin'

/** Every kind of event, each known to the server. */
const ALL: Record<LogEvent, true> = {
  'signed-in': true,
  'signed-out-everywhere': true,
  'link-made': true,
  'credential-made': true,
  'credential-revoked': true,
  delegated: true,
  'role-changed': true,
  invited: true,
  'invitation-used': true,
  'invitation-withdrawn': true,
  agreed: true,
  'data-downloaded': true,
  'account-erased': true,
  'session-retried': true,
  'session-discarded': true,
  'text-shared': true,
  'text-withdrawn': true,
  'text-mended': true,
  'text-retired': true,
  'job-retried': true,
  exported: true,
  'taken-over': true,
}
export const EVENTS = Object.keys(ALL) as LogEvent[]

/** `people` says how the speakers of the log are known, by their ids. */
export function sentenceOf(entry: LogEntry, people: Record<string, string>): string {
  const { actor_id, subject_id, way, facts } = entry
  const atTheMachine = actor_id === null && way === 'command-line'
  return t(`said.${entry.event}`, {
    ...facts,
    kind: jobName(facts['kind'] ?? ''),
    before: roleOf(facts['before']),
    after: roleOf(facts['after']),
    who: atTheMachine ? t('log.machine') : nameOf(actor_id, people),
    whom: nameOf(subject_id, people),
  })
}

function nameOf(id: string | null, people: Record<string, string>): string {
  const known = id === null ? undefined : people[id]
  return known === undefined ? t('log.erased') : isolated(known)
}

function roleOf(told: string | undefined): string {
  const roles: Role[] = ['pending', 'speaker', 'admin']
  const role = roles.find((one) => one === told)
  return role === undefined ? (told ?? '') : t(`role.${role}`)
}
