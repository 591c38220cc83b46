/** Captions: reading WebVTT, and finding the one that is spoken now. */

export interface Caption {
  startMs: number
  endMs: number
  text: string
}

const TIMING = /^(\S+)\s+-->\s+(\S+)/
const TIME = /^(?:(\d+):)?(\d{2}):(\d{2})\.(\d{3})$/
const ENTITIES: Record<string, string> = {
  '&amp;': '&', '&lt;': '<', '&gt;': '>', '&nbsp;': '\u00a0', '&lrm;': '\u200e', '&rlm;': '\u200f',
}

/** The cues of a WebVTT file (W3C), in its order. Notes, styles, regions and broken blocks are passed over. */
export function captionsOf(vtt: string): Caption[] {
  const blocks = vtt.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n').split(/\n{2,}/)
  return blocks.flatMap((block) => captionOf(block.split('\n')) ?? [])
}

function captionOf(lines: string[]): Caption | null {
  const at = lines.slice(0, 2).findIndex((line) => line.includes('-->'))
  const [, start, end] = lines[at]?.match(TIMING) ?? []
  const [startMs, endMs] = [millisecondsOf(start), millisecondsOf(end)]
  if (startMs === null || endMs === null) return null
  const text = lines.slice(at + 1).join('\n').replace(/<[^>]*>/g, '')
  return { startMs, endMs, text: text.replace(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity).trim() }
}

function millisecondsOf(time: string | undefined): number | null {
  const match = time?.match(TIME)
  if (!match) return null
  const [, hours, minutes, seconds, milliseconds] = match.map(Number)
  return (((hours || 0) * 60 + minutes!) * 60 + seconds!) * 1000 + milliseconds!
}

/** The number of the caption that is spoken at `ms`; in a pause the one before; -1 before the first. */
export function captionAt(captions: readonly Caption[], ms: number): number {
  return captions.findLastIndex((caption) => caption.startMs <= ms)
}
