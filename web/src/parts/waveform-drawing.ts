/** Puts a waveform on a canvas, in device pixels. */
import type { Column, Region } from './waveform'

export interface Picture {
  columns: readonly Column[]
  regions: readonly Region[]
  /** The number of the sentence that is spoken, -1 for none. */
  current: number
  /** Where the voice is, in pixels from the left. */
  now: number
  /** How many device pixels a pixel of the page has. */
  ratio: number
}

/** A bar every three pixels of the page, two of them wide: one sees single words in it, and it stays crisp. */
export const BAR_EVERY = 3
const BAR = 2
const SHORTEST_BAR = 2
/** Sentences that are narrower on average have no borders drawn, or there would be nothing else. */
const NARROWEST = 8

/** Draws everything anew; the colours are those that the page has now. */
export function draw(context: CanvasRenderingContext2D, picture: Picture): void {
  const { canvas } = context
  const { width, height } = canvas
  const { columns, regions, current, now, ratio } = picture
  const style = getComputedStyle(canvas)
  const colour = (name: string): string => style.getPropertyValue(`--${name}`)
  context.clearRect(0, 0, width, height)

  const lit = regions[current]
  if (lit) {
    context.fillStyle = colour('lit')
    context.fillRect(lit.start, 0, Math.max(lit.end - lit.start, ratio), height)
  }
  if (regions.length > 0 && width / regions.length >= NARROWEST * ratio) {
    context.fillStyle = colour('line')
    for (const { start } of regions) if (start > 0) context.fillRect(Math.round(start), 0, Math.ceil(ratio), height)
  }
  columns.forEach(({ low, high }, n) => {
    const left = Math.round((n / columns.length) * width)
    const top = Math.round(((1 - high) / 2) * height)
    const tall = Math.round(((high - low) / 2) * height)
    const room = SHORTEST_BAR * ratio
    context.fillStyle = colour(left < now ? 'accent' : 'edge')
    context.fillRect(left, tall < room ? Math.round((height - room) / 2) : top, Math.round(BAR * ratio), Math.max(tall, room))
  })
  context.fillStyle = colour('ink')
  context.fillRect(Math.round(Math.min(now, width - BAR * ratio)), 0, Math.round(BAR * ratio), height)
}
