/** Exporters write formulas ("s0 + 1") and dots; as a word of `--input` a symbol has letters, digits and underscores, and no x. */
export function symbolName(text: string): string {
  const word = text.replace(/x/g, 'X').replace(/[^A-Za-z0-9_]+/g, '_')
  return /^[A-Za-z_]/.test(word) ? word : `d${word}`
}
