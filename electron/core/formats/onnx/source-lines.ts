import type { SourceLine } from '../../../../contract/ready'

/** True for a line of a library, which says less than the line of the model that called it. */
const isLibrary = (file: string): boolean => /(^|[\\/])(site-packages|dist-packages)[\\/]|^torch[\\/]/.test(file)

/** `File "net.py", line 12, in forward` with the code below it, as the dynamo exporter keeps it; the innermost call comes last. */
export function lineOfStack(stack: string): SourceLine | null {
  const lines = [...stack.matchAll(/File "(?<file>[^"\n]+)", line (?<line>\d+)(?:, in (?<name>[^\n]+))?(?:\n[ \t]+(?<code>[^\n]+))?/g)].map(
    ({ groups = {} }) => ({
      file: groups['file'] ?? '',
      line: Number(groups['line']),
      function: groups['name']?.trim() ?? null,
      code: groups['code']?.trim() ?? null,
    }),
  )
  return lines.findLast(({ file }) => !isLibrary(file)) ?? lines.at(-1) ?? null
}

/** `net.py(12): forward`, as the torchscript exporter keeps it; the innermost call comes first. */
export function lineOfDoc(doc: string): SourceLine | null {
  const lines = [...doc.matchAll(/^(?<file>[^\n]+)\((?<line>\d+)\): (?<name>[^\n]+)$/gm)].map(({ groups = {} }) => ({
    file: groups['file'] ?? '',
    line: Number(groups['line']),
    function: groups['name'] ?? null,
    code: null,
  }))
  return lines.find(({ file }) => !isLibrary(file)) ?? lines[0] ?? null
}
