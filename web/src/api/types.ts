/** The shapes that the server answers with: generated from its OpenAPI document, narrowed where it says less. */
import type { components, operations } from './schema'

type Schemas = components['schemas']
type Narrowed<Shape, Facts> = Omit<Shape, keyof Facts> & Facts

export type Direction = 'ltr' | 'rtl'
export type Verdict = 'good' | 'usable' | 'doubtful'
export type SessionState = Schemas['State']

export interface Page<Item> {
  items: Item[]
  next: string | null
}

/** Part of the log; `people` says how the speakers in it are known, by their ids. */
export interface LogPage extends Page<LogEntry> {
  people: Record<string, string>
}

export type Config = Schemas['Config']
export type Me = Schemas['Me']
export type MeChanged = Schemas['MeChanged']
export type Role = Schemas['Role']
export type Sex = Schemas['Sex']
export type Agreement = Schemas['AgreementShown']
export type Token = Schemas['TokenShown']
export type TokenMade = Schemas['TokenMade']
export type Speaker = Schemas['SpeakerShown']
export type SpeakerListed = Schemas['SpeakerListed']
export type Invitation = Required<Schemas['Invitation']>
export type InvitationMade = Schemas['InvitationMade']
export type LogEntry = Schemas['Entry']
export type LogEvent = Schemas['Event']
/** What may be said of a text that is added, whatever it is made from. */
export type Offer = operations['addText']['requestBody']['content']['application/json']
export type Preview = Schemas['Preview']
export type Standing = Schemas['StandingShown']
export type Leader = Schemas['LeaderShown']
export type Totals = Schemas['Totals']

/** Loudest and softest samples, as BBC audiowaveform writes them (version 2): lowest, highest, lowest, highest… */
export interface Peaks {
  sample_rate: number
  samples_per_pixel: number
  bits: number
  length: number
  data: readonly number[]
}

/** The address of a sentence in a text, both numbers from 0. */
export type Place = Schemas['PlaceShown']

export type Chapter = Schemas['Chapter']
export type Suggestion = Schemas['Suggestion']
export type TextChanged = Schemas['TextChanged']

/** A text as a list shows it. */
export type TextRow = Narrowed<Schemas['TextRow'], { direction: Direction }>

/** A text with its sentences by paragraph. */
export type RecitalText = Narrowed<Schemas['TextShown'], { id: string; direction: Direction }>

/** A text that was split and not saved. */
export type TextPreview = Narrowed<Schemas['TextShown'], { id: null; direction: Direction }>

/** What the list of sessions may be asked for. */
export interface SessionQuery {
  state?: SessionState[]
  text_id?: string
  speaker_id?: string
  trouble?: 'true'
}

export type Session = Narrowed<Schemas['SessionShown'], { direction: Direction; verdict: Verdict | null }>

/** A session as it is looked at alone: with what was measured, once it is. */
export type SessionInFull = Narrowed<Schemas['SessionInFull'], { direction: Direction; verdict: Verdict | null }>

export type Neighbours = Schemas['Neighbours']

export type SessionMeasures = Schemas['SessionMeasures']

/** From which values on a recording has a blemish, or is in doubt; by the reason that is given then. */
export type Limits = Schemas['LimitsOfQuality']['limits']

/** How the whole place does. */
export type Overview = Schemas['OverviewShown']

export type JobState = Schemas['JobState']

/** A piece of the server's own work. */
export type Job = Narrowed<Schemas['Job'], { id: string }>

export type JobPage = Schemas['JobPage']
