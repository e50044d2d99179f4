import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { drillSteps, type DrillDocument, type DrillStep, type SheetBackend } from '../../../contract/engine-sheet'
import type { RefitDocument } from '../../../contract/engine-work'
import { recipeSchema, type Recipe } from '../../../contract/recipe'
import type { Core, RunHandle } from '../api'
import { throwIfCancelled } from '../cancelled'
import { flavourNames } from '../engines/library'
import { notHere } from '../engines/not-here'
import { EnginesmithError } from '../errors'
import { tensorSets } from '../pipeline/tensor-sets'
import { whyNotBuilt, withRun, type Tell } from './built'
import { emptyRefit } from './empty'
import { measureEngine } from './measure'
import { engineSubject } from './open'
import { refitEngine } from './refit'
import { onnxFile } from './sheet'

export interface DrillOrder {
  /** An ONNX file. */
  onnx: string
  /** An ONNX or .safetensors file with other weights of the same network; null: that step is left out. */
  checkpoint: string | null
  backend: SheetBackend
  recipe: Recipe
  /** An empty folder: runs and files of the drill lie in it. */
  folder: string
}

type DrillCore = Pick<Core, 'bench' | 'host' | 'toolchain' | 'settings' | 'dataFolder' | 'describeFile' | 'pythons'>
interface Listeners {
  signal: AbortSignal
  tell: Tell
}

const durationMs = 1000

/**
 * Rehearses what a stripped engine is for: built with and without weights, refitted from its ONNX file, once more from the
 * file without weights that came of that, and from a new checkpoint; verified and timed after each. Fills `document` as it goes.
 * @throws EnginesmithError FILE_…, USAGE where the file is no ONNX file, CANCELLED
 */
export async function refitDrill(core: DrillCore, order: DrillOrder, document: DrillDocument, listeners: Listeners): Promise<void> {
  const { signal } = listeners
  document.onnx = await onnxFile(core, order.onnx, signal)
  document.backend = order.backend
  const checkpoint = order.checkpoint === null ? null : await core.describeFile(order.checkpoint, { signal, hash: 'wait' })
  if (checkpoint !== null) document.checkpoint = { path: checkpoint.path, sha256: checkpoint.sha256 ?? '', bytes: checkpoint.bytes }
  const stripped = (await buildStep(core, order, 'full', document, listeners)) && (await buildStep(core, order, 'stripped', document, listeners))
  const inputs = stripped?.inputs ?? ''
  const refit = stripped && (await refitStep(core, order, { step: 'refit', engine: stripped.engine, source: order.onnx, inputs }, document, listeners))
  if (refit) await refitStep(core, order, { step: 'again', engine: refit.withoutWeights, source: order.onnx, inputs }, document, listeners)
  if (stripped && checkpoint !== null) {
    notReached(document, ['again'])
    await refitStep(core, order, { step: 'checkpoint', engine: stripped.engine, source: checkpoint.path, inputs }, document, listeners)
  }
  notReached(document, checkpoint === null ? drillSteps.filter((step) => step !== 'checkpoint') : drillSteps)
}

/** Steps that an earlier one kept from being done stand there with its reason. */
function notReached(document: DrillDocument, steps: ReadonlyArray<DrillStep['step']>): void {
  const reason = document.steps.findLast((step) => step.reason !== null)?.reason ?? 'a step before it was not done'
  for (const step of steps) if (!document.steps.some((done) => done.step === step)) document.steps.push({ ...emptyStep(step), reason, verdict: 'not-judged' })
}

interface BuiltEngine {
  engine: string
  inputs: string
}

async function buildStep(
  core: DrillCore,
  { onnx, recipe, backend, folder }: DrillOrder,
  step: 'full' | 'stripped',
  document: DrillDocument,
  { signal, tell }: Listeners,
): Promise<BuiltEngine | null> {
  throwIfCancelled(signal)
  const bench = core.bench()
  try {
    const options = { ...recipe.build, strip: step === 'stripped', refit: step === 'stripped', refitIdentical: false }
    const own = recipeSchema.parse({ ...recipe, build: options })
    const order = { onnx, recipe: own, backend, folder: join(folder, step) }
    return await withRun(bench.runs, order, tell, (handle) => built(core, handle, step, document, { signal, tell }))
  } finally {
    await bench.dispose()
  }
}

async function built(
  core: DrillCore,
  handle: RunHandle,
  step: 'full' | 'stripped',
  document: DrillDocument,
  listeners: Listeners,
): Promise<BuiltEngine | null> {
  const { signal, tell } = listeners
  const snapshot = await handle.execute({ upTo: 'build', signal })
  const row = emptyStep(step)
  document.steps.push(row)
  const fault = whyNotBuilt(snapshot)
  if (fault !== null) {
    row.reason = fault.message
    row.verdict = 'not-judged'
    document.findings.push(fault)
    return null
  }
  const subject = await engineSubject(handle.folder, signal)
  const card = snapshot.cards.build
  document.version ??= card?.libraryVersion ?? null
  row.seconds = card?.buildSeconds ?? null
  row[step === 'full' ? 'bytesWith' : 'bytesWithout'] = subject.file.bytes
  const [inputs] = tensorSets(handle.folder, snapshot.stages.load.artifacts, 'inputs')
  if (inputs === undefined) throw new Error('A run that was built has no inputs')
  tell({ phase: 'measure', detail: flavourNames[subject.flavour], fraction: null })
  const outputs = join(handle.folder, 'drill-outputs.safetensors')
  const { measured, notRun } = await measureEngine(core, subject, { inputs, outputs }, { device: snapshot.recipe.build.device, durationMs }, { signal, tell })
  row.reason = notRun
  if (measured !== null) Object.assign(row, { gpuMs: measured.gpu.median, zeros: measured.zeros })
  const judged = await handle.execute({ upTo: 'validate', signal })
  row.comparisons = judged.comparisons.filter(({ hop }) => hop === 'onnx-engine')
  row.verdict = judged.verdict ?? 'not-judged'
  // That an engine without weights is told from a right one is what this step is to show; it is no fault of the drill.
  if (step === 'full') document.findings.push(...judged.stages.validate.findings.filter(({ severity }) => severity === 'error'))
  return { engine: subject.file.path, inputs }
}

interface RefitOrder {
  step: 'refit' | 'again' | 'checkpoint'
  engine: string
  source: string
  inputs: string
}

async function refitStep(
  core: DrillCore,
  { onnx, recipe, folder }: DrillOrder,
  { step, engine, source, inputs }: RefitOrder,
  document: DrillDocument,
  { signal, tell }: Listeners,
): Promise<{ withWeights: string; withoutWeights: string } | null> {
  throwIfCancelled(signal)
  const row = emptyStep(step)
  document.steps.push(row)
  const scratch = join(folder, step)
  await mkdir(scratch, { recursive: true })
  // A run's own artifacts are never opened for writing: the refit works on a copy.
  const copy = join(scratch, 'given.engine')
  await copyFile(engine, copy)
  const bench = core.bench()
  try {
    const services = { host: bench.host, toolchain: core.toolchain, settings: core.settings, pythons: core.pythons }
    const subject = await engineSubject(copy, signal)
    const told = emptyRefit()
    const file = await core.describeFile(source, { signal, hash: 'wait' })
    const work = { subject, source: file, graph: onnx, device: recipe.build.device, compare: recipe.validate, scratch }
    const files = await refitEngine(services, work, told, { signal, tell })
    fill(row, told)
    document.findings.push(...told.findings)
    if (files.withWeights === null || files.withoutWeights === null) {
      row.reason = told.findings.find(({ severity }) => severity === 'error')?.message ?? 'the engine was not refitted'
      return null
    }
    const refitted = await engineSubject(files.withWeights, signal)
    const measure = { inputs, outputs: join(scratch, 'timed.safetensors') }
    const { measured } = await measureEngine(core, refitted, measure, { device: recipe.build.device, durationMs }, { signal, tell })
    if (measured !== null) Object.assign(row, { gpuMs: measured.gpu.median, zeros: measured.zeros })
    return { withWeights: files.withWeights, withoutWeights: files.withoutWeights }
  } catch (error) {
    if (!(error instanceof EnginesmithError) || error.code === 'CANCELLED') throw error
    row.reason = error.message
    row.verdict = 'not-judged'
    if (!notHere.has(error.code)) document.findings.push(error.toFinding())
    return null
  } finally {
    await bench.dispose()
  }
}

function fill(row: DrillStep, told: RefitDocument): void {
  row.seconds = told.seconds
  row.bytesWith = told.sizes.withWeights
  row.bytesWithout = told.sizes.withoutWeights
  row.flagsWith = told.flags?.withWeights ?? []
  row.flagsWithout = told.flags?.withoutWeights ?? []
  row.weights = told.weights === null ? null : { set: told.weights.set, total: told.weights.total }
  row.verdict = told.verified
  row.comparisons = told.comparisons
}

const emptyStep = (step: DrillStep['step']): DrillStep => ({
  step,
  reason: null,
  seconds: null,
  bytesWith: null,
  bytesWithout: null,
  flagsWith: [],
  flagsWithout: [],
  weights: null,
  gpuMs: null,
  zeros: null,
  verdict: null,
  comparisons: [],
})
