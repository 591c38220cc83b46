/** A bar chart of days, in pixels: how high, how wide, and what its axis says. */

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const STEPS = [1, 2, 2.5, 5, 10]

export type Unit = 'hours' | 'minutes'

export interface Axis {
  unit: Unit
  /** What the uppermost line stands for. */
  topMs: number
  /** The lines from the lowest to the uppermost, with what is written beside them, in the unit. */
  lines: { ms: number; says: number }[]
}

/** An axis of round figures for values up to `mostMs`: of hours, or of minutes where an hour would be too much. */
export function axisFor(mostMs: number): Axis {
  const unit: Unit = mostMs >= 2 * HOUR_MS ? 'hours' : 'minutes'
  const unitMs = unit === 'hours' ? HOUR_MS : MINUTE_MS
  const half = roundedUp(Math.max(mostMs / unitMs / 2, 0.5))
  return {
    unit,
    topMs: 2 * half * unitMs,
    lines: [0, half, 2 * half].map((says) => ({ says, ms: says * unitMs })),
  }
}

/** The next of 0.5, 1, 2, 2.5, 5, 10, 20, 25, 50, … */
function roundedUp(value: number): number {
  if (value <= 0.5) return 0.5
  const power = 10 ** Math.floor(Math.log10(value))
  return STEPS.map((step) => step * power).find((step) => step >= value - 1e-9)!
}

export interface Bar {
  x: number
  width: number
  y: number
  height: number
}

/** A bar for each value; one of little is still seen. */
export function barsOf(values: readonly number[], topMs: number, width: number, height: number): Bar[] {
  const room = width / Math.max(1, values.length)
  const bar = Math.max(1, Math.min(48, room * 0.72))
  return values.map((value, n) => {
    const tall = value <= 0 ? 0 : Math.max(2, (value / topMs) * height)
    return { x: n * room + (room - bar) / 2, width: bar, y: height - tall, height: tall }
  })
}

/** Which day lies under a point. */
export function dayAt(x: number, width: number, days: number): number {
  return Math.max(0, Math.min(days - 1, Math.floor((x / Math.max(1, width)) * days)))
}

/** The days that are named below the axis: the last, and before it as many as have room, all equally far apart. */
export function namedDays(days: number, width: number, wordWidth: number): number[] {
  const step = Math.max(1, Math.ceil((wordWidth * days) / Math.max(1, width)))
  return Array.from({ length: Math.ceil(days / step) }, (_, n) => days - 1 - n * step).reverse()
}
