/** How a float of at most 16 bits is laid out: sign, exponent, fraction. `infinity: false` is the "fn" kind: only the top code is NaN. */
interface Layout {
  exponentBits: number
  fractionBits: number
  infinity: boolean
}

const layouts = {
  float16: { exponentBits: 5, fractionBits: 10, infinity: true },
  bfloat16: { exponentBits: 8, fractionBits: 7, infinity: true },
  float8_e4m3fn: { exponentBits: 4, fractionBits: 3, infinity: false },
  float8_e5m2: { exponentBits: 5, fractionBits: 2, infinity: true },
} as const satisfies Record<string, Layout>

export type SmallFloat = keyof typeof layouts

export function isSmallFloat(dtype: string): dtype is SmallFloat {
  return dtype in layouts
}

const scratch = new DataView(new ArrayBuffer(8))

/** Powers of two by doubling and halving, which is exact on every machine; Math.pow is allowed not to be. */
const powers = new Map<number, number>([[0, 1]])
function powerOfTwo(exponent: number): number {
  let value = powers.get(exponent)
  if (value === undefined) {
    value = exponent > 0 ? powerOfTwo(exponent - 1) * 2 : powerOfTwo(exponent + 1) / 2
    powers.set(exponent, value)
  }
  return value
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest > 0.5) return floor + 1
  if (rest < 0.5) return floor
  return floor % 2 === 0 ? floor : floor + 1
}

/** The bits of the nearest number of that kind, ties to even; too large becomes infinity, or NaN where the kind has none. */
export function encodeSmallFloat(dtype: SmallFloat, value: number): number {
  const { exponentBits, fractionBits, infinity } = layouts[dtype]
  const sign = value < 0 || Object.is(value, -0) ? 1 << (exponentBits + fractionBits) : 0
  const topExponent = ((1 << exponentBits) - 1) << fractionBits
  const nan = infinity ? topExponent | (1 << (fractionBits - 1)) : (1 << (exponentBits + fractionBits)) - 1
  if (Number.isNaN(value)) return nan
  const magnitude = Math.abs(value)
  const overflow = infinity ? topExponent : nan
  if (magnitude === Infinity) return sign | overflow
  if (magnitude === 0) return sign
  const smallest = 2 - (1 << (exponentBits - 1))
  scratch.setFloat64(0, magnitude)
  const exponent = Math.max(((scratch.getUint32(0) >>> 20) & 0x7ff) - 1023, smallest)
  if (exponent > 1 << (exponentBits - 1)) return sign | overflow
  const fraction = roundHalfEven(magnitude / powerOfTwo(exponent - fractionBits))
  // A carry out of the fraction moves into the exponent by itself, and a subnormal has the smallest exponent's field 0.
  const code = ((exponent - smallest) << fractionBits) + fraction
  return sign | (code >= overflow ? overflow : code)
}

function decodeOne(dtype: SmallFloat, code: number): number {
  const { exponentBits, fractionBits, infinity } = layouts[dtype]
  const sign = (code >> (exponentBits + fractionBits)) & 1 ? -1 : 1
  const field = (code >> fractionBits) & ((1 << exponentBits) - 1)
  const fraction = code & ((1 << fractionBits) - 1)
  const top = field === (1 << exponentBits) - 1
  if (top && infinity) return fraction === 0 ? sign * Infinity : NaN
  if (top && fraction === (1 << fractionBits) - 1) return NaN
  const smallest = 2 - (1 << (exponentBits - 1))
  if (field === 0) return sign * fraction * powerOfTwo(smallest - fractionBits)
  return sign * (fraction + (1 << fractionBits)) * powerOfTwo(field - 1 + smallest - fractionBits)
}

const tables = new Map<SmallFloat, Float32Array>()

/** Every code's value: 256 or 65,536 entries, made once. Each is exact in float32. */
export function decodeTable(dtype: SmallFloat): Float32Array {
  let table = tables.get(dtype)
  if (table === undefined) {
    const { exponentBits, fractionBits } = layouts[dtype]
    table = Float32Array.from({ length: 1 << (1 + exponentBits + fractionBits) }, (_, code) => decodeOne(dtype, code))
    tables.set(dtype, table)
  }
  return table
}
