/** Reads the texts that a source can make out of an expression of C++ or TypeScript: literals, `+`, `?:` and templates. */

/** What stands in for a value that only run time knows: each another number. */
const holes = (() => {
  let last = 0
  return () => `${7000 + ++last}`
})()

const pairs: Record<string, string> = { '(': ')', '{': '}', '[': ']' }

/** Where the string that begins at `at` ends; templates may hold expressions, which may hold strings. */
function stringEnd(source: string, at: number): number {
  const quote = source[at]
  for (let i = at + 1; i < source.length; i++) {
    if (source[i] === '\\') i++
    else if (source[i] === quote) return i + 1
    else if (quote === '`' && source.startsWith('${', i)) i = closing(source, i + 1) - 1
  }
  throw new Error(`a string has no end: ${source.slice(at, at + 60)}`)
}

/** Behind the bracket that closes the one at `at`. */
function closing(source: string, at: number): number {
  const end = until(source, at + 1, (rest) => rest[0] === pairs[source[at] ?? ''])
  return end + 1
}

/** The first place at the depth of `at` where `stop` holds, or the end of the bracket around it. */
function until(source: string, at: number, stop: (rest: string, i: number) => boolean): number {
  let i = at
  while (i < source.length) {
    const here = source[i] ?? ''
    if (stop(source.slice(i, i + 3), i)) return i
    if (here === '"' || here === '`' || here === "'") i = stringEnd(source, i)
    else if (pairs[here] !== undefined) i = closing(source, i)
    else if (/[)}\]]/.test(here)) return i
    else i++
  }
  return i
}

/** The expression at `at`, up to a comma, a semicolon, or the end of the bracket or (TypeScript) of the line. */
export function expressionAt(source: string, at: number, lines: boolean): string {
  const goesOn = (i: number): boolean => /^\s*([?:+])/.test(source.slice(i, i + 80))
  return source.slice(
    at,
    until(source, at, ([sign], i) => sign === ',' || sign === ';' || (lines && sign === '\n' && i > at && !goesOn(i))),
  )
}

/** The arguments of the call, or the parts of the braces, that open at `at`. */
export function partsAt(source: string, at: number): string[] {
  const parts: string[] = []
  for (let i = at + 1; i < source.length;) {
    const end = until(source, i, (rest) => rest[0] === ',')
    parts.push(source.slice(i, end).trim())
    if (source[end] !== ',') break
    i = end + 1
  }
  return parts
}

const times = (a: string[], b: string[]): string[] => a.flatMap((left) => b.map((right) => left + right))

/** Every text that `expression` can be, with a number for each value that is not written there. */
export function textsOf(expression: string): string[] {
  const text = expression.trim()
  const question = until(text, 0, (rest) => rest[0] === '?' && !/^\?[?.]/.test(rest))
  if (question < text.length && text[question] === '?') {
    const colon = until(text, question + 1, (rest, i) => rest[0] === ':' && rest[1] !== ':' && text[i - 1] !== ':')
    return [...textsOf(text.slice(question + 1, colon)), ...textsOf(text.slice(colon + 1))]
  }
  const either = until(text, 0, (rest) => rest.startsWith('??'))
  if (either < text.length) return [...textsOf(text.slice(0, either)), ...textsOf(text.slice(either + 2))]
  const plus = until(text, 0, (rest) => rest[0] === '+')
  if (plus < text.length) return times(textsOf(text.slice(0, plus)), textsOf(text.slice(plus + 1)))
  const inner = /^(?:std::string)?\(/.exec(text)
  if (inner !== null && closing(text, inner[0].length - 1) === text.length) return textsOf(text.slice(inner[0].length, -1))
  // The recorder's own first error, or these words.
  const words = /\bfirst\((?=")/.exec(text)
  if (words !== null) return [holes(), ...textsOf(expressionAt(text, words.index + words[0].length, false))]
  if (/^["'`]/.test(text) && stringEnd(text, 0) === text.length) return literal(text)
  return [holes()]
}

function literal(text: string): string[] {
  const plain = (part: string): string => part.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))
  if (text[0] !== '`') return [plain(text.slice(1, -1))]
  let made = ['']
  let from = 1
  for (let at = text.indexOf('${', from); at >= 0; at = text.indexOf('${', from)) {
    const end = closing(text, at + 1)
    made = times(times(made, [plain(text.slice(from, at))]), textsOf(text.slice(at + 2, end - 1)))
    from = end
  }
  return times(made, [plain(text.slice(from, -1))])
}
