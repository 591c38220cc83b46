/** The server, as the screens see it. */
import { call, json, one, search, signed, type Query } from './calls'
import { upload } from './upload'
import type * as shapes from './types'
import type { Offer, Page, Place, RecitalText, Role, Session, TextPreview, TextRow } from './types'

export * from './admin'
export * from './problems'
export * from './session-events'
export type * from './types'

/** Of a book: which chapters; null for all. */
type Numbers = readonly number[] | null
type Told = (share: number) => void

function ofChapters(numbers: Numbers, query: Record<string, string> = {}): string {
  const parameters = new URLSearchParams(query)
  for (const number of numbers ?? []) parameters.append('chapter', String(number))
  return parameters.size === 0 ? '' : `?${parameters}`
}

/** Addresses that the browser itself goes to. */
export const gate = {
  signIn: (provider: string, next: string, invitation: string | null) =>
    `/api/auth/sign-in${search({ provider, next, invitation })}`,
  link: (secret: string) => `/api/auth/link/${encodeURIComponent(secret)}`,
  myData: '/api/me/data',
}

export const api = {
  config: () => json<shapes.Config>('GET', '/config'),
  me: () => json<shapes.Me>('GET', '/me'),
  signOut: () => call('POST', '/auth/sign-out', {}, {}),
  signOutEverywhere: () => call('POST', '/auth/sign-out-everywhere', {}, {}),
  askForLink: (email: string, invitation: string | null) =>
    call('POST', '/auth/link', {}, { email, ...(invitation === null ? {} : { invitation }) }),

  agreement: (language: string) => json<shapes.Agreement>('GET', '/agreement', { language }),
  sign: (version: string, language: string) => json<shapes.Me>('POST', '/me/agreement', {}, { version, language }),
  accept: (secret: string) => json<shapes.Me>('POST', '/me/invitation', {}, { secret }),
  changeMe: (changes: shapes.MeChanged) => json<shapes.Me>('PATCH', '/me', {}, changes),
  eraseMe: (texts: 'keep' | 'retire') => call('DELETE', '/me', { texts }),

  tokens: () => json<{ items: shapes.Token[] }>('GET', '/tokens'),
  makeToken: (note: string, days: number) => json<shapes.TokenMade>('POST', '/tokens', {}, { note, days }),
  revokeToken: (id: string) => call('DELETE', one('tokens', id)),

  texts: (wanted: Query, cursor: string | null) => json<Page<TextRow>>('GET', '/texts', { ...wanted, cursor }),
  begunTexts: async () => (await json<{ items: TextRow[] }>('GET', '/texts/begun')).items,
  suggestions: async (language: string) =>
    (await json<{ items: shapes.Suggestion[] }>('GET', '/texts/suggestions', { language })).items,
  savePlace: (id: string, place: Place) =>
    call('PUT', `${one('texts', id)}/place`, {}, place, { keepalive: true }), // also of a page that is being left
  text: (id: string) => json<RecitalText>('GET', one('texts', id)),
  addText: (offer: Offer) => json<RecitalText>('POST', '/texts', {}, offer),
  addFile: (form: FormData, chapters: Numbers, told: Told, signal: AbortSignal) =>
    upload<RecitalText>(`/texts${ofChapters(chapters)}`, form, told, signal),
  previewFile: (form: FormData, chapters: Numbers, told: Told, signal: AbortSignal) =>
    upload<TextPreview>(`/texts${ofChapters(chapters, { preview: 'true' })}`, form, told, signal),
  /** Answers how many texts were made. */
  addChapters: async (form: FormData, chapters: Numbers, told: Told, signal: AbortSignal) =>
    (await upload<{ items: unknown[] }>(`/texts/chapters${ofChapters(chapters)}`, form, told, signal)).items.length,
  previewChapters: async (form: FormData, told: Told, signal: AbortSignal) =>
    (await upload<{ items: shapes.Chapter[] }>('/texts/chapters?preview=true', form, told, signal)).items,
  changeText: (id: string, changes: shapes.TextChanged) => json<RecitalText>('PATCH', one('texts', id), {}, changes),
  retireText: (id: string) => call('DELETE', one('texts', id)),
  previewText: (offer: Offer) => json<TextPreview>('POST', '/texts', { preview: 'true' }, offer),

  sessions: (query: shapes.SessionQuery, cursor: string | null) =>
    json<Page<Session>>('GET', '/sessions', { ...query, cursor }),
  session: (id: string) => json<shapes.SessionInFull>('GET', one('sessions', id)),
  neighbours: (id: string) => json<shapes.Neighbours>('GET', `${one('sessions', id)}/neighbours`),
  sessionPreview: (id: string) => json<shapes.Preview>('GET', `${one('sessions', id)}/preview`),
  deleteSession: (id: string) => call('DELETE', one('sessions', id)),

  /** The captions behind a preview's address, as WebVTT. */
  captions: async (url: string) => (await signed(url)).text(),
  /** The peaks behind a preview's address, for a waveform. */
  peaks: async (url: string) => (await (await signed(url)).json()) as shapes.Peaks,

  myStanding: () => json<shapes.Standing>('GET', '/standings/me'),
  leaders: () => json<{ items: shapes.Leader[] }>('GET', '/standings'),
  totals: () => json<shapes.Totals>('GET', '/standings/totals'),

  speakers: (search: string, role: Role | null, cursor: string | null) =>
    json<Page<shapes.SpeakerListed>>('GET', '/admin/speakers', { search, role, cursor }),
  approve: (email: string, role: Role) => json<shapes.Speaker>('POST', '/admin/speakers', {}, { email, role }),
  changeRole: (id: string, role: Role) => json<shapes.Speaker>('PATCH', one('admin/speakers', id), {}, { role }),
  invitations: (cursor: string | null) => json<Page<shapes.Invitation>>('GET', '/admin/invitations', { cursor }),
  invite: (uses: number, days: number, note: string) =>
    json<shapes.InvitationMade>('POST', '/admin/invitations', {}, { uses, days, note }),
  withdraw: (id: string) => call('DELETE', one('admin/invitations', id)),
  log: (event: shapes.LogEvent | null, cursor: string | null, speakerId: string | null = null) =>
    json<shapes.LogPage>('GET', '/admin/audit', { event, cursor, speaker_id: speakerId }),
}
