/** The shapes that the server answers with. */

export type Direction = 'ltr' | 'rtl'

export interface Config {
  sign_in: { link?: boolean }
  languages: string[]
  segment_ms: number
  limits: { segment_bytes: number; text_bytes: number }
  version: string
}

export interface Me {
  id: string
  email: string
  display_name: string
  role: 'pending' | 'speaker' | 'admin'
  agreement_version: string | null
}

export interface Page<Item> {
  items: Item[]
  next: string | null
}

/** A text as a list shows it. */
export interface TextRow {
  id: string
  title: string
  language: string
  direction: Direction
  revision: number
  sentences: number
  words: number
  public: boolean
  created_at: string
}

export interface RecitalText {
  id: string
  title: string
  language: string
  direction: Direction
  revision: number
  /** Sentences by paragraph. */
  paragraphs: string[][]
}

/** A text that was split and not saved. */
export type TextPreview = Omit<RecitalText, 'id'> & { id: null }

export interface Prose {
  prose: string
  language: string
  title?: string
}

export type SessionState = 'active' | 'ended' | 'aggregated' | 'uploaded' | 'discarded'
export type Verdict = 'good' | 'usable' | 'doubtful'

export interface Session {
  id: string
  text_id: string
  text_title: string
  language: string
  direction: Direction
  state: SessionState
  started_at: string
  duration_ms: number | null
  cues: number | null
  verdict: Verdict | null
  reasons: string[]
  problem: string | null
}

export interface Preview {
  audio_url: string
  captions_url: string
  expires_at: string
}
