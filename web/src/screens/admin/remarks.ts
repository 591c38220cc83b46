/** What there is to say of a session that is not as it should be. */
import type { Session } from '../../api'
import { t } from '../../i18n/admin'
import { named } from '../../i18n/index.svelte'

/** Its problem, and how often its preparation failed; in words, the first the gravest. */
export function remarksOf({ problem, attempts }: Pick<Session, 'problem' | 'attempts'>): string[] {
  const problems = problem?.split('; ').map((one) => named('problem', one)) ?? []
  return attempts === 0 ? problems : [...problems, t('sessions.attempts', { count: attempts })]
}
