import type { Artifact, Comparison, Hop, RunSnapshot, Verdict } from '../../../contract/run'

/** One of the three places where the same inputs are run. */
export interface HopNode {
  id: 'pytorch' | 'onnx' | 'engine'
  /** The program that runs it, with its version: `torch 2.11`, `TensorRT-RTX 1.7`; null where not known. */
  runtime: string | null
  /** What its numbers are made of, as the user named it: `FP16`; null where the library's default holds. */
  precision: string | null
  sha256: string | null
  /** Drawn dashed: it exists, but nothing was run on it. */
  ghost: boolean
}

/** The way from one node to the next, and what is lost on it. */
export interface HopArrow {
  hop: Hop
  stage: 'convert' | 'build'
  /** Null before Validate. */
  verdict: Verdict | null
  maxAbs: number | null
  meanAbs: number | null
  compared: number
  /** How many values there were to compare: what the judged hop had. */
  total: number
  /** Share of the two hops' largest errors that enters here, 0..1; null where a hop was not judged. */
  share: number | null
  /** The loss enters here. */
  here: boolean
}

export interface HopsModel {
  nodes: HopNode[]
  arrows: HopArrow[]
}

export const backendNames = {
  tensorrt: 'TensorRT',
  'tensorrt-rtx': 'TensorRT-RTX',
  'torch-tensorrt': 'Torch-TensorRT',
  onnxruntime: 'ONNX Runtime CPU',
} as const

/** The worst of several verdicts: fail before not judged before pass. */
export function worstVerdict(rows: readonly Comparison[]): Verdict | null {
  if (rows.length === 0) return null
  if (rows.some((row) => row.verdict === 'fail')) return 'fail'
  return rows.some((row) => row.verdict === 'not-judged') ? 'not-judged' : 'pass'
}

const largest = (rows: readonly Comparison[]): number | null => {
  const values = rows.map((row) => row.maxAbs).filter((value): value is number => value !== null)
  return values.length === 0 ? null : Math.max(...values)
}

/** Mean absolute error over all values of all outputs. */
function meanOf(rows: readonly Comparison[]): number | null {
  let sum = 0
  let count = 0
  for (const row of rows) {
    if (row.meanAbs === null || row.compared === 0) continue
    sum += row.meanAbs * row.compared
    count += row.compared
  }
  return count === 0 ? null : sum / count
}

const short = (version: string | null | undefined): string | null => (version ? (version.split('+')[0] ?? version) : null)
const named = (name: string, version: string | null | undefined): string => (short(version) ? `${name} ${short(version)}` : name)

/** The file that a stage made, of one kind, or undefined. */
export const artifactOf = (run: RunSnapshot, stage: 'convert' | 'build', kind: 'onnx' | 'engine') =>
  run.stages[stage].artifacts.find((artifact) => artifact.kind === kind)

/** What ships: the engine file, or Torch-TensorRT's program. */
export const shippedOf = (run: RunSnapshot): Artifact | undefined =>
  run.stages.build.artifacts.find((artifact) => artifact.kind === 'engine' || artifact.kind === 'exported-program')

/** True where the source is ONNX already: there is no PyTorch to compare with. */
export const fromOnnx = (run: RunSnapshot): boolean => run.input.format === 'onnx'

/** Rows of the way to the engine; compared with PyTorch where the source is PyTorch, told apart by hop. */
export const rowsOf = (run: RunSnapshot, hop: Hop): Comparison[] => run.comparisons.filter((row) => row.hop === hop)

function arrow(run: RunSnapshot, hop: Hop, stage: 'convert' | 'build'): HopArrow {
  const rows = rowsOf(run, hop)
  return {
    hop,
    stage,
    verdict: worstVerdict(rows),
    maxAbs: largest(rows),
    meanAbs: meanOf(rows),
    compared: rows.reduce((sum, row) => sum + row.compared, 0),
    total: 0,
    share: null,
    here: run.cards.validate?.lossEnters === stage && rows.some((row) => row.compared > 0),
  }
}

/** PyTorch -> ONNX -> engine with what is lost on the way; without PyTorch for an ONNX source, without an engine for ONNX Runtime. */
export function hopsModel(run: RunSnapshot): HopsModel {
  const { environment, cards } = run
  const backend = cards.build?.backend ?? run.recipe.build.backend
  const hasEngine = backend !== 'onnxruntime'
  const arrows: HopArrow[] = []
  if (!fromOnnx(run)) arrows.push(arrow(run, 'pytorch-onnx', 'convert'))
  if (hasEngine) arrows.push(arrow(run, 'onnx-engine', 'build'))
  const total = Math.max(0, ...arrows.map((entry) => entry.compared))
  const sum = arrows.reduce((value, entry) => value + (entry.maxAbs ?? 0), 0)
  const judged = arrows.length === 2 && arrows.every((entry) => entry.maxAbs !== null) && sum > 0
  for (const entry of arrows) {
    entry.total = total
    entry.share = judged ? (entry.maxAbs ?? 0) / sum : null
  }
  const nodes: HopNode[] = []
  if (!fromOnnx(run)) nodes.push({ id: 'pytorch', runtime: named('torch', environment.torch), precision: null, sha256: run.input.sha256, ghost: false })
  const onnx = artifactOf(run, 'convert', 'onnx')
  nodes.push({
    id: 'onnx',
    runtime: named('ONNX Runtime', environment.onnxruntime),
    precision: null,
    sha256: onnx?.sha256 ?? (fromOnnx(run) ? run.input.sha256 : null),
    ghost: false,
  })
  if (hasEngine) {
    nodes.push({
      id: 'engine',
      runtime: backend === null ? null : named(backendNames[backend], cards.build?.libraryVersion),
      precision: run.recipe.build.precision?.toUpperCase() ?? null,
      sha256: shippedOf(run)?.sha256 ?? null,
      ghost: !rowsOf(run, 'onnx-engine').some((row) => row.compared > 0),
    })
  }
  return { nodes, arrows }
}
