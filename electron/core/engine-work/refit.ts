import { join } from 'node:path'
import type { RefitDocument, WorkProgress } from '../../../contract/engine-work'
import type { NativeResult } from '../../../contract/native'
import type { ValidateOptions } from '../../../contract/recipe'
import type { Cards, ModelFile } from '../../../contract/run'
import type { Profile, TensorSpec } from '../../../contract/tensor'
import type { Core, PythonWorker } from '../api'
import { EnginesmithError, makeFinding } from '../errors'
import { makeSamples } from '../inputs'
import { judgedFor } from '../pipeline/precision'
import { writeSafetensors } from '../tensors'
import { notJudged, rowFindings, toComparison, toleranceTable, verdictOf } from '../verdict'
import { incompatible, readyFor, type EngineSubject } from './open'

export interface RefitWork {
  subject: EngineSubject
  /** An ONNX or .safetensors file, as it was described. */
  source: ModelFile
  /** An ONNX file of the same network: weights alone are laid into it, so that they can be judged. Null: none. */
  graph: string | null
  device: number | null
  compare: ValidateOptions
  /** Of the run that built the engine, whose precision it is judged by; null: those of the subject's own run, where it has one. */
  cards: Pick<Cards, 'convert' | 'build'> | null
  /** An empty folder. */
  scratch: string
}

export interface RefitFiles {
  /** Null where the engine was not refitted. */
  withWeights: string | null
  withoutWeights: string | null
}

type Described = NonNullable<NativeResult<'engine.describe'>['engine']>

/**
 * Gives the engine new weights and holds the very file that was written against ONNX Runtime on the source. Fills `document`.
 * @throws EnginesmithError as readyFor does, USAGE for a source of another format, BUILD_OPTION_UNSUPPORTED for an engine that takes no weights
 */
export async function refitEngine(
  core: Pick<Core, 'host' | 'toolchain' | 'settings' | 'pythons'> & Partial<Pick<Core, 'trust'>>,
  given: RefitWork,
  document: RefitDocument,
  { signal, tell }: { signal: AbortSignal; tell: (progress: WorkProgress) => void },
): Promise<RefitFiles> {
  const { subject, scratch } = given
  const refused = refusedSource(given.source)
  if (refused !== null) throw refused
  const work = await withGraph(core, given, document, signal)
  if (work === null) return { withWeights: null, withoutWeights: null }
  const { source } = work
  const { library, hostCode, device: gpu } = await readyFor(core, subject, given.device, signal)
  const device = gpu.index
  const outWith = join(scratch, 'with-weights.engine')
  const outWithout = join(scratch, 'without-weights.engine')
  tell({ phase: 'refit', detail: '', fraction: null })
  const files = source.format === 'onnx' ? { onnx: source.path, weights: null } : { onnx: null, weights: source.path }
  const { result, reason } = await core.host.call(
    'engine.refit',
    { library, engine: subject.file.path, device, hostCode, ...files, outWith, outWithout },
    { signal },
  )
  if (result === null) throw incompatible(subject, reason ?? 'the library gave no reason')
  document.weights = { total: result.total, set: result.set, missing: result.missing, unknown: result.unknown }
  document.seconds = result.seconds
  if (!result.refitted) {
    document.findings.push(incomplete(result))
    return { withWeights: null, withoutWeights: null }
  }
  document.sizes = { before: subject.file.bytes, withWeights: result.bytesWith, withoutWeights: result.bytesWithout }
  document.flags = { withWeights: result.flagsWith, withoutWeights: result.flagsWithout }
  tell({ phase: 'verify', detail: '', fraction: null })
  const described = await core.host.call('engine.describe', { library, engine: outWith, device, hostCode }, { signal })
  if (described.engine === null) throw incompatible(subject, described.reason ?? 'the library gave no reason')
  const inputs = join(scratch, 'inputs.safetensors')
  await writeSafetensors(inputs, sampleOf(described.engine))
  const outputs = join(scratch, 'engine.safetensors')
  const ran = await core.host.call('engine.run', { library, engine: outWith, inputs: [inputs], outputs: [outputs], device, hostCode }, { signal })
  if (!ran.ran) throw incompatible(subject, ran.reason ?? 'the library gave no reason')
  await verify(core, work, document, described.engine, { inputs, outputs }, signal)
  return { withWeights: outWith, withoutWeights: outWithout }
}

/** Why no weights can be taken from a file; null where they can. */
export function refusedSource({ path, format }: ModelFile): EnginesmithError | null {
  if (format === 'onnx' || format === 'safetensors') return null
  return new EnginesmithError(
    'USAGE',
    `An engine is refitted from an ONNX or a .safetensors file; this is ${format}.`,
    'Give such a file; `convert FILE --to safetensors` makes one of a checkpoint.',
    { path, format },
  )
}

/**
 * Weights with the graph that they belong to are an ONNX file. Null, with a finding, where they do not fit the graph.
 * @throws EnginesmithError ONNX_INVALID, PYTHON_…
 */
async function withGraph(core: Pick<Core, 'pythons'>, work: RefitWork, document: RefitDocument, signal: AbortSignal): Promise<RefitWork | null> {
  if (work.graph === null || work.source.format !== 'safetensors') return work
  const out = join(work.scratch, 'with-weights.onnx')
  const laid = await (await withOnnx(core.pythons)).call('onnx_with_weights', { onnx: work.graph, weights: work.source.path, out }, { signal })
  if (laid.written) return { ...work, source: { ...work.source, path: out, format: 'onnx' } }
  document.findings.push(
    makeFinding(
      'REFIT_INCOMPLETE',
      'error',
      laid.used.length === 0 && laid.unused.length === 0
        ? 'The engine was not refitted: the file has no weights.'
        : `The engine was not refitted: ${laid.unused.length} of ${laid.unused.length + laid.used.length} weights have no place in the ONNX file (${laid.unused[0]?.name ?? ''}: ${laid.unused[0]?.reason ?? ''}). An exporter may have renamed, transposed or folded them.`,
      'Export the model with the new weights to ONNX, by the same exporter, and refit from that file.',
      { unused: laid.unused.slice(0, 200), kept: laid.kept.slice(0, 200) },
    ),
  )
  return null
}

/** The managed environment; the user's own, which may have onnx and safetensors too, where there is none. */
async function withOnnx(pythons: Core['pythons']): Promise<PythonWorker> {
  try {
    return await pythons.managed()
  } catch (error) {
    if (!(error instanceof EnginesmithError) || error.code !== 'PYTHON_MISSING') throw error
    return pythons.user()
  }
}

async function verify(
  core: Pick<Core, 'host'>,
  { subject, source, compare, scratch, ...given }: RefitWork,
  document: RefitDocument,
  engine: Described,
  files: { inputs: string; outputs: string },
  signal: AbortSignal,
): Promise<void> {
  // Without the graph there are no right answers; that an engine without weights answers zeros is still seen.
  const reference = source.format === 'onnx' ? join(scratch, 'onnx.safetensors') : null
  if (reference !== null) await core.host.call('ort.run', { onnx: source.path, inputs: [files.inputs], outputs: [reference] }, { signal })
  const cards = given.cards ?? subject.run?.cards
  const tolerances = toleranceTable(engine.outputs, ...judgedFor(compare, cards?.convert?.precision ?? null, cards?.build ?? null))
  const { outputs } = await core.host.call(
    'tensors.compare',
    { reference: [reference ?? files.outputs], candidate: [files.outputs], rule: compare.rule, tolerances },
    { signal },
  )
  if (reference === null) {
    // An engine's outputs held against themselves tell only what they are: all zero comes out as a constant reference.
    const zero = outputs.filter((row) => row.problem === 'reference-constant' && row.reason?.includes('zero') === true).map((row) => row.output)
    if (zero.length > 0 && zero.length === outputs.length) document.findings.push(refitZero(zero))
    document.comparisons = engine.outputs.map(({ name }) => notJudged('onnx-engine', name, 'the weights came without the graph, so there are no right answers'))
    document.findings.push(unjudged())
  } else {
    document.comparisons = outputs.map((row) => toComparison('onnx-engine', row))
    const zero = outputs.filter((row) => row.problem === 'zero').map((row) => row.output)
    if (zero.length > 0) document.findings.push(refitZero(zero))
    document.findings.push(...outputs.filter((row) => row.problem !== 'zero').flatMap((row) => rowFindings('onnx-engine', row)))
  }
  document.verified = verdictOf(document.comparisons)
}

/** Seeded inputs at the optimum of the first profile. */
function sampleOf(engine: Described): ReturnType<typeof makeSamples>[number] {
  const profile: Profile = engine.profiles[0] ?? []
  const shapeOf = (spec: TensorSpec): number[] => {
    const range = profile.find(({ name }) => name === spec.name)
    return range !== undefined && range.opt.length === spec.shape.length ? range.opt : spec.shape.map((dim) => (typeof dim === 'number' ? dim : 1))
  }
  const specs = engine.inputs.map((spec) => ({ ...spec, parameter: null }))
  const sample = engine.inputs.map((spec) => ({ ...spec, shape: shapeOf(spec) }))
  const [set] = makeSamples({ specs, sample, profiles: [], values: new Map(), arrays: null, findings: [] }, { seed: 0, sets: 1 })
  return set ?? new Map<string, never>()
}

function refitZero(outputs: string[]): ReturnType<typeof makeFinding> {
  return makeFinding(
    'REFIT_ALL_ZERO',
    'error',
    `The refitted engine's outputs are zero everywhere (${outputs.join(', ')}): the weights did not arrive.`,
    'Refit from the ONNX file that the engine was built from; do not use this engine.',
    { outputs },
  )
}

const unjudged = (): ReturnType<typeof makeFinding> =>
  makeFinding(
    'HOP_NOT_JUDGED',
    'warning',
    'The engine has the new weights, but its outputs could not be judged: a file of weights alone has no graph to run.',
    'Export the model with these weights to ONNX and refit from that, or compare the outputs yourself.',
  )

function incomplete(result: NonNullable<NativeResult<'engine.refit'>['result']>): ReturnType<typeof makeFinding> {
  const parts = [
    ...(result.missing.length > 0 ? [`${result.missing.length} of ${result.total} weights are missing`] : []),
    ...(result.refused.length > 0 ? [`${result.refused.length} were refused: ${result.refused[0]}`] : []),
    ...result.errors.slice(0, 1),
  ]
  return makeFinding(
    'REFIT_INCOMPLETE',
    'error',
    `The engine was not refitted, and nothing was written: ${parts.join('; ') || 'the library gave no reason'}.`,
    'Give the ONNX file that the engine was built from, or weights under its names; the names are listed under evidence.',
    { missing: result.missing.slice(0, 200), unknown: result.unknown.slice(0, 200), refused: result.refused.slice(0, 50), errors: result.errors.slice(0, 20) },
  )
}
