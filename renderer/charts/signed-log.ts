/** An axis that is logarithmic upwards and downwards from zero. */
export interface SignedLog {
  /** Position of a value; zero lies at 0, each power of ten one further out. */
  put: (value: number) => number
  /** The outermost position, a whole number. */
  top: number
  /** The value at a whole position: `1e-6`, `0`, `-1e-6`. */
  label: (position: number) => string
}

/**
 * @param largest the largest difference that is drawn, above zero: its power of ten lies two steps out, what is a
 *   thousandth of it falls on zero
 * @param reach the largest value the axis must hold
 */
export function signedLog(largest: number, reach: number): SignedLog {
  const start = Math.floor(Math.log10(largest)) - 2
  const put = (value: number): number => {
    if (value === 0) return 0
    return Math.sign(value) * Math.max(0, Math.log10(Math.abs(value)) - start)
  }
  const top = Math.max(3, Math.ceil(put(reach) + 0.1))
  // More than four steps each way are too many words: name every second one.
  const every = top > 4 ? 2 : 1
  return {
    put,
    top,
    label: (position) => {
      const step = Math.round(position)
      if (step === 0) return '0'
      return Math.abs(step) % every === top % every ? `${step < 0 ? '−' : ''}1e${start + Math.abs(step)}` : ''
    },
  }
}
