import type { LoadOptions } from '../../../contract/recipe'
import type { PickleOrigin, RunSnapshot } from '../../../contract/run'
import type { TrustDecision } from '../../../contract/trust'

/** How far a run's file is trusted: not at all, by all of its refused names, or once. */
export type TrustState = 'none' | 'names' | 'once'

/** Names that stand in the way: by the scan, and what this Python's own torch refused beyond it. */
export function refusedNames(run: RunSnapshot): string[] {
  const { pickle } = run.input
  if (pickle === null) return []
  const told = run.stages.load.findings.filter((finding) => finding.code === 'LOAD_UNSAFE_GLOBALS').flatMap(({ evidence }) => evidence['globals'] ?? [])
  const more = told.filter((name): name is string => typeof name === 'string' && pickle.globals.includes(name))
  return [...new Set([...pickle.unsafe, ...more])].sort()
}

/** What was decided for this run's file; a decision on another content, or another run's `once`, is none. */
export function trustOf(run: RunSnapshot, decisions: readonly TrustDecision[]): TrustState {
  const { sha256, pickle } = run.input
  if (sha256 === null || pickle === null || pickle.verdict === 'dangerous' || pickle.verdict === 'scan-failed') return 'none'
  const own = decisions.filter((decision) => decision.sha256 === sha256)
  if (own.some((decision) => decision.kind === 'once' && decision.run === run.folder)) return 'once'
  const refused = refusedNames(run)
  if (pickle.legacyModule === true || refused.length === 0) return 'none'
  const allowed = new Set(own.flatMap((decision) => decision.names))
  return refused.every((name) => allowed.has(name)) ? 'names' : 'none'
}

/** Libraries whose models go by name; core/trust/model-class.ts decides, this only spares a question. */
const byName = /^(timm|torchvision|ultralytics):/

/** True for a class whose code nobody on this machine has said may be imported, where loading this file would import it. */
export function classUnconfirmed(run: RunSnapshot, load: Pick<LoadOptions, 'model' | 'modelArgs'>, decisions: readonly TrustDecision[]): boolean {
  const { model, modelArgs } = load
  if (model === null || byName.test(model) || run.input.format === 'onnx') return false
  const args = modelArgs === null ? undefined : JSON.stringify(modelArgs)
  return !decisions.some(({ kind, names }) => kind === 'class' && names[0] === model && names[1] === args)
}

/** An origin in a list; `known` null where nobody asked. */
export type ListedOrigin = Omit<PickleOrigin, 'known'> & { known: PickleOrigin['known'] | null }

/** Names of a pickle under the package that they come from. */
export interface OriginGroup {
  package: string
  known: ListedOrigin['known']
  /** `rest` is what lies between the package and the name: `nn.modules.conv.`. */
  names: Array<{ full: string; rest: string; last: string }>
}

const order: ReadonlyArray<ListedOrigin['known']> = ['unknown', 'script', 'published', 'python', 'torch']

/** Groups origins by package, those first that nobody knows. */
export function groupOrigins(origins: readonly ListedOrigin[]): OriginGroup[] {
  const groups = new Map<string, OriginGroup>()
  for (const { name, module, package: root, known } of origins) {
    const group = groups.get(root) ?? { package: root, known, names: [] }
    groups.set(root, group)
    const rest = module.slice(root.length + 1)
    group.names.push({ full: name, rest: rest === '' ? '' : `${rest}.`, last: name.slice(module.length + 1) })
  }
  return [...groups.values()].sort((a, b) => order.indexOf(a.known) - order.indexOf(b.known))
}
