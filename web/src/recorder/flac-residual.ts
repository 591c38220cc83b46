import type { BitWriter } from './bit-writer'

/** Rice coding of what a prediction left over (RFC 9639, section 9.2.7). */
export interface RicePlan {
  bits: number
  partitionOrder: number
  parameters: number[]
}

const MAX_PARTITION_ORDER = 5
const MAX_PARAMETER = 14
const HEADER_BITS = 6
const PARAMETER_BITS = 4

/** The cheapest coding of `residual`, the first `order` places of which are warm-up and not coded. */
export function planRice(residual: Int32Array, order: number): RicePlan {
  let partitionOrder = finestPartitionOrder(residual.length, order)
  let sums = partitionSums(residual, order, partitionOrder)
  let best: RicePlan | null = null
  for (;;) {
    const partitionSamples = residual.length >> partitionOrder
    const parameters: number[] = []
    let bits = HEADER_BITS
    sums.forEach((sum, partition) => {
      const samples = partition === 0 ? partitionSamples - order : partitionSamples
      const parameter = bestParameter(sum, samples)
      parameters.push(parameter)
      bits += PARAMETER_BITS + riceBits(sum, samples, parameter)
    })
    if (best === null || bits < best.bits) best = { bits, partitionOrder, parameters }
    if (partitionOrder === 0) return best
    partitionOrder--
    sums = Array.from({ length: 1 << partitionOrder }, (_, i) => sums[2 * i]! + sums[2 * i + 1]!)
  }
}

export function writeResidual(out: BitWriter, residual: Int32Array, order: number, plan: RicePlan): void {
  out.write(0, 2)
  out.write(plan.partitionOrder, 4)
  const partitionSamples = residual.length >> plan.partitionOrder
  plan.parameters.forEach((parameter, partition) => {
    out.write(parameter, PARAMETER_BITS)
    const end = (partition + 1) * partitionSamples
    for (let i = Math.max(order, partition * partitionSamples); i < end; i++) {
      const folded = fold(residual[i]!)
      out.unary(folded >>> parameter)
      out.write(folded, parameter)
    }
  })
}

/** 0, -1, 1, -2, 2 … become 0, 1, 2, 3, 4 … */
function fold(value: number): number {
  return (value << 1) ^ (value >> 31)
}

function finestPartitionOrder(samples: number, order: number): number {
  let partitionOrder = 0
  while (
    partitionOrder < MAX_PARTITION_ORDER &&
    samples % (2 << partitionOrder) === 0 &&
    samples >> (partitionOrder + 1) > order
  ) {
    partitionOrder++
  }
  return partitionOrder
}

function partitionSums(residual: Int32Array, order: number, partitionOrder: number): number[] {
  const partitionSamples = residual.length >> partitionOrder
  const sums = new Array<number>(1 << partitionOrder).fill(0)
  for (let partition = 0; partition < sums.length; partition++) {
    const end = (partition + 1) * partitionSamples
    let sum = 0
    for (let i = Math.max(order, partition * partitionSamples); i < end; i++) sum += fold(residual[i]!)
    sums[partition] = sum
  }
  return sums
}

function riceBits(sum: number, samples: number, parameter: number): number {
  return samples * (parameter + 1) + Math.floor(sum / 2 ** parameter)
}

function bestParameter(sum: number, samples: number): number {
  let best = 0
  while (best < MAX_PARAMETER && riceBits(sum, samples, best + 1) < riceBits(sum, samples, best)) best++
  return best
}
