/** What only admins may ask of the server, and do. */
import { call, json, one, type Query } from './calls'
import type { Job, JobPage, JobState, Limits, Overview, Page, RecitalText, Session, TextRow } from './types'

/** Which sessions a list shows; what is null does not matter. */
export interface SessionWishes {
  state: string | null
  verdict: string | null
  trouble: string | null
  language: string | null
  speaker_id: string | null
  text_id: string | null
  since: string | null
  until: string | null
}

/** Which texts a list shows, and in which order. */
export interface TextWishes {
  q: string | null
  language: string | null
  scope: string | null
  sort: string | null
}

export const oversight = {
  overview: (days: number) => json<Overview>('GET', '/admin/overview', { days: String(days) }),

  sessions: (wishes: SessionWishes, cursor: string | null) =>
    json<Page<Session>>('GET', '/sessions', { ...wishes, cursor } satisfies Query),
  limits: () => json<{ limits: Limits }>('GET', '/admin/limits'),
  retry: (id: string) => json<Session>('POST', `${one('admin/sessions', id)}/retry`),
  discard: (id: string) => json<Session>('POST', `${one('admin/sessions', id)}/discard`),

  texts: (wishes: TextWishes, cursor: string | null) =>
    json<Page<TextRow>>('GET', '/texts', { ...wishes, cursor } satisfies Query),
  shareText: (id: string, isPublic: boolean) =>
    json<RecitalText>('PATCH', one('texts', id), {}, { public: isPublic }),
  retireText: (id: string) => call('DELETE', one('texts', id)),

  jobs: async (state: JobState, cursor: string | null): Promise<Page<Job>> => {
    const page = await json<JobPage>('GET', '/admin/jobs', { state, cursor })
    return { ...page, items: page.items.map((job) => ({ ...job, id: String(job.id) })) }
  },
  retryJob: (id: string) => call('POST', `${one('admin/jobs', id)}/retry`),
}
