import { createHash } from 'node:crypto'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { DType } from '../../../contract/tensor'
import { EnginesmithError } from '../errors'
import { emptyTensor, fromNumbers, isFloat, storageView, tensorBytes, type Tensor } from '../tensors'
import { encodeSmallFloat, isSmallFloat } from '../tensors/small-floats'
import type { InputPlan, PlannedInput } from './plan'

/** A sample above this is a mistake in a shape. */
const maxSampleBytes = 2 * 1024 ** 3

type Generator = ReturnType<typeof xoroshiro128plus>

/** One stream for each seed, set and place: adding an input or a set leaves the values of the others as they were. */
function generatorOf(seed: number, set: number, place: number): Generator {
  return xoroshiro128plus(createHash('sha256').update(`${seed}/${set}/${place}`).digest().readInt32LE(0))
}

const limitsOf: Partial<Record<DType, [number, number]>> = {
  int8: [-128, 127],
  int16: [-32_768, 32_767],
  int32: [-2_147_483_648, 2_147_483_647],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint8: [0, 255],
  uint16: [0, 65_535],
  uint32: [0, 4_294_967_295],
  uint64: [0, Number.MAX_SAFE_INTEGER],
  bool: [0, 1],
  float16: [-65_504, 65_504],
  bfloat16: [-3.3895313892515355e38, 3.3895313892515355e38],
  float32: [-3.4028234663852886e38, 3.4028234663852886e38],
}

function checkedRange(input: PlannedInput): [number, number] {
  const [low, high] = input.range ?? (isFloat(input.dtype) ? [-1, 1] : [0, 1])
  const [least, most] = limitsOf[input.dtype] ?? [-Number.MAX_VALUE, Number.MAX_VALUE]
  const whole = isFloat(input.dtype) || (Number.isInteger(low) && Number.isInteger(high))
  if (low <= high && whole && low >= least && high <= most) return [low, high]
  throw new EnginesmithError(
    'INPUTS_INVALID',
    `The range ${low} to ${high} of ${input.name} makes no ${input.dtype}.`,
    'Give a range whose ends are in order and fit the type of the input.',
    { input: input.name, low, high, dtype: input.dtype },
  )
}

/** Arithmetic of doubles alone, which every machine does alike: the same seed gives the same bytes everywhere. */
function seededTensor(input: PlannedInput, shape: number[], generator: Generator): Tensor {
  const [low, high] = checkedRange(input)
  if (!(tensorBytes(input.dtype, shape) <= maxSampleBytes)) {
    throw new EnginesmithError(
      'INPUTS_INVALID',
      `A sample of ${input.name} with shape ${shape.join('x')} would take ${tensorBytes(input.dtype, shape)} bytes.`,
      'State a smaller shape, or a smaller optimum in the profile.',
      { input: input.name, shape },
    )
  }
  const tensor = emptyTensor(input.dtype, shape)
  const stored = storageView(tensor)
  const { dtype } = input
  const uniform = (): number => {
    const top = generator.next() >>> 0
    // 53 bits where the type can tell them apart, else one draw.
    const unit = dtype === 'float64' ? ((top >>> 5) * 67_108_864 + ((generator.next() >>> 0) >>> 6)) / 9_007_199_254_740_992 : top / 4_294_967_296
    return low + (high - low) * unit
  }
  for (let i = 0; i < stored.length; i++) {
    if (isSmallFloat(dtype)) stored[i] = encodeSmallFloat(dtype, uniform())
    else if (stored instanceof BigInt64Array || stored instanceof BigUint64Array) stored[i] = BigInt(uniformInt(generator, low, high))
    else stored[i] = isFloat(dtype) ? uniform() : uniformInt(generator, low, high)
  }
  return tensor
}

/** The most sets that a sample has. */
export const maxSets = 64

/** Set number `set` of the seeded values; without the input that gets its values elsewhere, where one is named. */
export function makeSample(plan: InputPlan, seed: number, set: number, without?: string): Map<string, Tensor> {
  const made = new Map<string, Tensor>()
  for (const [place, input] of plan.specs.entries()) {
    if (input.name === without) continue
    const shape = plan.sample[place]?.shape ?? []
    const values = plan.values.get(input.name)
    made.set(input.name, values === undefined ? seededTensor(input, shape, generatorOf(seed, set, place)) : fromNumbers(input.dtype, shape, values))
  }
  return made
}

/**
 * The sample inputs of a plan: the user's arrays (one set), or `sets` sets of seeded values.
 * @throws EnginesmithError INPUTS_INVALID
 */
export function makeSamples(plan: InputPlan, options: { seed: number; sets: number }): Array<Map<string, Tensor>> {
  if (plan.arrays !== null) return [plan.arrays]
  return Array.from({ length: options.sets }, (_, set) => makeSample(plan, options.seed, set))
}
