import type { PeopleKey } from '../../i18n/people'

/** What is said of a sign-in that failed, by the problem's slug in the address. */
const SAID: Record<string, PeopleKey> = {
  'link-not-valid': 'refused.link',
  'sign-in-refused': 'refused.sign-in',
  'provider-unavailable': 'refused.provider',
  'invitation-not-valid': 'refused.invitation',
  'email-taken': 'refused.email-taken',
  'too-many': 'refused.too-many',
}

export function refusal(slug: string): PeopleKey {
  return Object.hasOwn(SAID, slug) ? SAID[slug]! : 'refused.otherwise'
}
