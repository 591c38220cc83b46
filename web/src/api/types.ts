/** The shapes that the server answers with: generated from its OpenAPI document, narrowed where it says less. */
import type { components } from './schema'

type Schemas = components['schemas']
type Narrowed<Shape, Facts> = Omit<Shape, keyof Facts> & Facts

export type Direction = 'ltr' | 'rtl'
export type Verdict = 'good' | 'usable' | 'doubtful'
export type SessionState = Schemas['State']

export interface Page<Item> {
  items: Item[]
  next: string | null
}

export type Config = Schemas['Config']
export type Me = Schemas['Me']
export type Prose = Omit<Schemas['Prose'], 'kind'>
export type Preview = Schemas['Preview']

/** A text as a list shows it. */
export type TextRow = Narrowed<Schemas['TextRow'], { direction: Direction }>

/** A text with its sentences by paragraph. */
export type RecitalText = Narrowed<Schemas['TextShown'], { id: string; direction: Direction }>

/** A text that was split and not saved. */
export type TextPreview = Narrowed<Schemas['TextShown'], { id: null; direction: Direction }>

export type Session = Narrowed<Schemas['SessionShown'], { direction: Direction; verdict: Verdict | null }>
