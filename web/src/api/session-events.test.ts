import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { followSessions, LOOKS_EVERY_MS, TRIES_AGAIN_MS } from './session-events'

class Line extends EventTarget {
  static readonly OPEN = 1
  static readonly CLOSED = 2
  static readonly all: Line[] = []
  readyState = 0

  constructor(readonly url: string) {
    super()
    Line.all.push(this)
  }

  close(): void {
    this.readyState = Line.CLOSED
  }

  becomes(readyState: number, told: Event): void {
    this.readyState = readyState
    this.dispatchEvent(told)
  }
}

const page = Object.assign(new EventTarget(), { hidden: false })
const told: string[] = []
let stop: () => void

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', Line)
  vi.stubGlobal('document', page)
  vi.stubGlobal('window', globalThis)
  Line.all.length = told.length = 0
  page.hidden = false
  stop = followSessions(true, { changed: ({ id }) => told.push(id), look: () => told.push('look') })
})

afterEach(() => {
  stop()
  vi.useRealTimers()
})

function turn(hidden: boolean): void {
  page.hidden = hidden
  page.dispatchEvent(new Event('visibilitychange'))
}

test('what the server tells is passed on, and once it tells nobody asks', () => {
  const line = Line.all[0]!
  expect(line.url).toBe('/api/sessions/events?scope=all')
  line.becomes(Line.OPEN, new Event('open'))
  line.dispatchEvent(new MessageEvent('session', { data: '{"id":"7"}' }))
  vi.advanceTimersByTime(LOOKS_EVERY_MS * 3)
  expect(told).toEqual(['look', '7'])
})

test('while no word comes through one looks now and then, and the line is tried again', () => {
  Line.all[0]!.becomes(Line.CLOSED, new Event('error'))
  vi.advanceTimersByTime(LOOKS_EVERY_MS * 2)
  expect(told).toEqual(['look', 'look'])
  vi.advanceTimersByTime(TRIES_AGAIN_MS)
  expect(Line.all).toHaveLength(2)
})

test('a page that nobody sees holds no line and asks nothing', () => {
  turn(true)
  expect(Line.all[0]!.readyState).toBe(Line.CLOSED)
  vi.advanceTimersByTime(LOOKS_EVERY_MS * 2 + TRIES_AGAIN_MS)
  expect(told).toEqual([])
  turn(false)
  expect(Line.all).toHaveLength(2)
})

test('whoever stops following hears no more', () => {
  stop()
  vi.advanceTimersByTime(LOOKS_EVERY_MS * 2)
  turn(false)
  expect(told).toEqual([])
  expect(Line.all).toHaveLength(1)
})
