/** What a waveform shows: a column for every pixel, and where the sentences lie. Time always runs from left to right. */
import type { Peaks } from '../api'
import type { Caption } from './captions'

/** One upright line: its lowest and highest point, from -1 to 1. */
export interface Column {
  low: number
  high: number
}

/** A sentence's place, in pixels from the left. */
export interface Region {
  start: number
  end: number
}

/** A quiet reading is drawn larger, up to so much; beyond it, one would only see the noise. */
const MOST_GAIN = 8

/** The columns of `totalMs` of sound on `width` pixels; where no peaks are, it is silent. */
export function columnsOf(peaks: Peaks, totalMs: number, width: number): Column[] {
  const perPixel = (totalMs / 1000 / width) * (peaks.sample_rate / peaks.samples_per_pixel)
  const columns = Array.from({ length: width }, (_, x) => columnAt(peaks, x * perPixel, (x + 1) * perPixel))
  const loudest = columns.reduce((most, { low, high }) => Math.max(most, high, -low), 1 / MOST_GAIN)
  return columns.map(({ low, high }) => ({ low: low / loudest, high: high / loudest }))
}

/** Lowest and highest of the peaks from `start` up to `end`, of the nearest one where none begins between. */
function columnAt(peaks: Peaks, start: number, end: number): Column {
  const full = 2 ** (peaks.bits - 1)
  const first = Math.floor(start)
  const last = Math.min(Math.max(first + 1, Math.floor(end)), peaks.data.length / 2)
  let [low, high] = [0, 0]
  for (let n = first; n < last; n++) {
    low = Math.min(low, peaks.data[2 * n]!)
    high = Math.max(high, peaks.data[2 * n + 1]!)
  }
  return { low: low / full, high: high / full }
}

/** Where each sentence lies on `width` pixels of `totalMs`. */
export function regionsOf(captions: readonly Caption[], totalMs: number, width: number): Region[] {
  const at = (ms: number): number => (Math.min(ms, totalMs) / totalMs) * width
  return captions.map(({ startMs, endMs }) => ({ start: at(startMs), end: at(endMs) }))
}

/** The moment that a place on the waveform stands for; beyond its edges, the edge. */
export function momentAt(x: number, width: number, totalMs: number): number {
  return width > 0 ? Math.min(1, Math.max(0, x / width)) * totalMs : 0
}
