import type { BitWriter } from './bit-writer'
import { BLOCK_SAMPLES } from './flac-frame'
import { planRice, type RicePlan } from './flac-residual'

/** Prediction of samples from the ones before them (RFC 9639, sections 9.2.5 and 9.2.6). */
export interface Prediction {
  subframeType: number
  order: number
  residual: Int32Array
  rice: RicePlan
  writeCoefficients(out: BitWriter): void
}

const FIXED = 0b001000
const LINEAR = 0b100000
const MAX_FIXED_ORDER = 4
const LINEAR_ORDER = 8
const COEFFICIENT_BITS = 12
const MAX_SHIFT = 15

/** Of all blocks, one after the other, and filled without `from`, which makes an object for each sample. */
const differences = new Int32Array(BLOCK_SAMPLES)
const fixedResidual = new Int32Array(BLOCK_SAMPLES)
const linearResidual = new Int32Array(BLOCK_SAMPLES)
const windowed = new Float64Array(BLOCK_SAMPLES)

/** The prediction that costs the fewest bits, or null where none is cheaper than the samples themselves. */
export function predict(block: Int16Array): Prediction | null {
  const plain = block.length * 16
  const fixed = fixedPrediction(block)
  const linear = linearPrediction(block)
  const best = linear !== null && totalBits(linear) < totalBits(fixed) ? linear : fixed
  return totalBits(best) < plain ? best : null
}

function totalBits(prediction: Prediction): number {
  const coefficients = prediction.subframeType >= LINEAR ? 9 + prediction.order * COEFFICIENT_BITS : 0
  return prediction.order * 16 + coefficients + prediction.rice.bits
}

/** Order n predicts by the polynomial through the last n samples: its residual is the n-th difference. */
function fixedPrediction(block: Int16Array): Prediction {
  const difference = filled(differences, block)
  const best = filled(fixedResidual, block)
  let order = 0
  let smallest = magnitude(difference, MAX_FIXED_ORDER)
  for (let n = 1; n <= Math.min(MAX_FIXED_ORDER, block.length - 1); n++) {
    for (let i = block.length - 1; i >= n; i--) difference[i]! -= difference[i - 1]!
    const size = magnitude(difference, MAX_FIXED_ORDER)
    if (size < smallest) {
      smallest = size
      best.set(difference)
      order = n
    }
  }
  return {
    subframeType: FIXED | order,
    order,
    residual: best,
    rice: planRice(best, order),
    writeCoefficients: () => undefined,
  }
}

function linearPrediction(block: Int16Array): Prediction | null {
  const order = LINEAR_ORDER
  if (block.length < 4 * order) return null
  const coefficients = levinsonDurbin(autocorrelation(block, order))
  if (coefficients === null) return null
  const quantized = quantize(coefficients)
  if (quantized === null) return null
  const { whole, shift } = quantized
  const residual = filled(linearResidual, block)
  for (let i = order; i < block.length; i++) {
    let sum = 0
    for (let j = 0; j < order; j++) sum += whole[j]! * block[i - 1 - j]!
    residual[i] = block[i]! - (sum >> shift)
  }
  return {
    subframeType: LINEAR | (order - 1),
    order,
    residual,
    rice: planRice(residual, order),
    writeCoefficients: (out) => {
      out.write(COEFFICIENT_BITS - 1, 4)
      out.write(shift, 5)
      for (const coefficient of whole) out.write(coefficient, COEFFICIENT_BITS)
    },
  }
}

function filled(buffer: Int32Array, block: Int16Array): Int32Array {
  buffer.set(block)
  return buffer.subarray(0, block.length)
}

function magnitude(values: Int32Array, from: number): number {
  let sum = 0
  for (let i = from; i < values.length; i++) sum += Math.abs(values[i]!)
  return sum
}

/** Of the block under Welch's window, for lags 0 to `order`. */
function autocorrelation(block: Int16Array, order: number): Float64Array {
  const half = (block.length - 1) / 2
  for (let i = 0; i < block.length; i++) windowed[i] = block[i]! * (1 - ((i - half) / half) ** 2)
  return Float64Array.from({ length: order + 1 }, (_, lag) => {
    let sum = 0
    for (let i = lag; i < block.length; i++) sum += windowed[i]! * windowed[i - lag]!
    return sum
  })
}

/** Solves the normal equations for the predictor's coefficients; null where the block holds no energy. */
function levinsonDurbin(correlation: Float64Array): Float64Array | null {
  const order = correlation.length - 1
  let error = correlation[0]!
  const coefficients = new Float64Array(order)
  for (let i = 0; i < order; i++) {
    if (error <= 0) return null
    let reflection = correlation[i + 1]!
    for (let j = 0; j < i; j++) reflection -= coefficients[j]! * correlation[i - j]!
    reflection /= error
    const before = coefficients.slice(0, i)
    for (let j = 0; j < i; j++) coefficients[j] = before[j]! - reflection * before[i - 1 - j]!
    coefficients[i] = reflection
    error *= 1 - reflection * reflection
  }
  return coefficients
}

/** Whole coefficients of 12 bits and the shift that scales them; the rounding error is carried along. */
function quantize(coefficients: Float64Array): { whole: Int32Array; shift: number } | null {
  const largest = coefficients.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const limit = 2 ** (COEFFICIENT_BITS - 1) - 1
  if (!(largest > 0) || largest > limit) return null
  const shift = Math.min(MAX_SHIFT, Math.floor(Math.log2(limit / largest)))
  let carried = 0
  const whole = Int32Array.from(coefficients, (value) => {
    const exact = value * 2 ** shift + carried
    const rounded = Math.max(-limit, Math.min(limit, Math.round(exact)))
    carried = exact - rounded
    return rounded
  })
  return { whole, shift }
}
