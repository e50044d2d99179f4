/** Names of a pickle under the package that they come from. */
export interface GlobalGroup {
  /** The first two parts of the module: `torch.nn`. */
  module: string
  /** `rest` is what lies between the group and the name: `modules.conv.`. */
  names: Array<{ full: string; rest: string; last: string }>
}

/** Groups dotted names (`torch.nn.modules.conv.Conv2d`, or pickle's own `module name`) in the order in which they stand. */
export function groupGlobals(globals: readonly string[]): GlobalGroup[] {
  const groups = new Map<string, GlobalGroup>()
  for (const full of globals) {
    const parts = full.replace(/[ :]+/g, '.').split('.')
    const last = parts.pop() ?? full
    const module = parts.slice(0, 2).join('.')
    const group = groups.get(module) ?? { module, names: [] }
    groups.set(module, group)
    const rest = parts.slice(2).join('.')
    group.names.push({ full, rest: rest === '' ? '' : `${rest}.`, last })
  }
  return [...groups.values()]
}
