/** A text on its way into the library: what it is made from, what is wanted of it, how it will be read. */
import { api, Problem, type Chapter, type Offer, type RecitalText, type TextPreview } from '../../api'
import { speaking } from '../../i18n/index.svelte'
import { account } from '../../state/account.svelte'
import { guessLanguage } from './guess'
import { wished, type Wishes } from './wishes'

export type Way = 'pasted' | 'file' | 'address'
export const OTHER = 'other'

export class Adding {
  way: Way = $state('pasted')
  prose = $state('')
  url = $state('')
  file: File | null = $state.raw(null)
  /** A language of the list, OTHER, or, before somebody chose, null. */
  chosen: string | null = $state(null)
  tag = $state('')
  title = $state('')
  public = $state(false)
  withoutBrackets = $state(false)
  longSentenceWords: number | null = $state(null)

  /** Of a book of several chapters. */
  chapters: Chapter[] | null = $state.raw(null)
  numbers: number[] = $state([])
  apart = $state(false)
  preview: TextPreview | null = $state.raw(null)

  busy = $state(false)
  /** How much of a file was sent, from 0 to 1; null when nothing is being sent. */
  share: number | null = $state(null)
  failure: unknown = $state.raw(null)
  #leaving = new AbortController()

  /** A file and an article mostly say themselves in which language they are. */
  readonly language: string = $derived.by(() => {
    if (this.chosen !== null) return this.chosen
    return this.way === 'pasted' ? (guessLanguage(this.prose) ?? speaking.language) : ''
  })
  /** What is being chosen among chapters becomes several texts. */
  readonly several: boolean = $derived(this.chapters !== null && this.apart && this.numbers.length > 1)

  get #wishes(): Wishes {
    return {
      language: this.language === OTHER ? this.tag.trim() : this.language,
      title: this.several ? '' : this.title.trim(),
      public: this.public,
      brackets: !this.withoutBrackets,
      longSentenceWords: this.longSentenceWords,
    }
  }

  get #offer(): Offer {
    const source: Offer =
      this.way === 'pasted' ? { kind: 'prose', prose: this.prose } : { kind: 'article', url: this.url.trim() }
    return { ...source, ...wished(this.#wishes) }
  }

  get #form(): FormData {
    const form = new FormData()
    for (const [name, value] of Object.entries(wished(this.#wishes))) form.set(name, String(value))
    form.set('file', this.file!)
    return form
  }

  get #wanted(): number[] | null {
    return this.chapters === null || this.numbers.length === this.chapters.length ? null : this.numbers
  }

  /** Shows the sentences; of a book, first its chapters. */
  async look(): Promise<void> {
    await this.#tried(async () => {
      if (this.way !== 'file') {
        this.preview = await api.previewText(this.#offer)
        return
      }
      this.#mustFit()
      if (this.chapters === null) {
        const found = await api.previewChapters(this.#form, this.#told, this.#leaving.signal)
        if (found.length > 1) {
          this.chapters = found
          this.numbers = found.map((chapter) => chapter.number)
          return
        }
      }
      this.preview = await api.previewFile(this.#form, this.#wanted, this.#told, this.#leaving.signal)
    })
  }

  /** Answers what was added, or null. */
  save(): Promise<RecitalText | null> {
    return this.#tried(() =>
      this.way === 'file'
        ? api.addFile(this.#form, this.#wanted, this.#told, this.#leaving.signal)
        : api.addText(this.#offer),
    )
  }

  /** Answers how many texts were added, or null. */
  saveEach(): Promise<number | null> {
    return this.#tried(() => api.addChapters(this.#form, this.numbers, this.#told, this.#leaving.signal))
  }

  /** Back to what the preview was made from. */
  back(): void {
    this.failure = null
    if (this.preview !== null) this.preview = null
    else this.chapters = null
  }

  /** Another source: whatever was found in the one before is not its. */
  from(way: Way, url = ''): void {
    this.way = way
    this.url = url || this.url
    this.chapters = null
    this.preview = null
    this.failure = null
  }

  takeFile(file: File | null): void {
    this.from('file')
    this.file = file
  }

  /** What is under way is not wanted any more. */
  leave(): void {
    this.#leaving.abort()
  }

  /** A server that will not take a file hangs up, and nobody would learn why. */
  #mustFit(): void {
    const limit = account.config?.limits.text_bytes
    if (limit === undefined || this.file === null || this.file.size < limit) return
    throw new Problem(413, 'too-large', '', '', null)
  }

  readonly #told = (share: number): void => {
    this.share = share
  }

  async #tried<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.busy) return null
    this.busy = true
    this.failure = null
    try {
      return await work()
    } catch (caught) {
      account.noticed(caught)
      if (!this.#leaving.signal.aborted) this.failure = caught
      return null
    } finally {
      this.busy = false
      this.share = null
    }
  }
}

/** The articles that an ambiguous title may mean. */
export function choicesOf(failure: unknown): { title: string; url: string }[] {
  if (!(failure instanceof Problem) || !Array.isArray(failure.facts['choices'])) return []
  return failure.facts['choices'].filter(
    (choice): choice is { title: string; url: string } =>
      typeof choice?.title === 'string' && typeof choice?.url === 'string',
  )
}
