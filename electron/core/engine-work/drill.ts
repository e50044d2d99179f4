import { copyFile, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { drillSteps, type DrillDocument, type DrillStep, type SheetBackend } from '../../../contract/engine-sheet'
import type { RefitDocument } from '../../../contract/engine-work'
import { recipeSchema, type Recipe } from '../../../contract/recipe'
import type { Cards } from '../../../contract/run'
import type { Core, RunHandle } from '../api'
import { throwIfCancelled } from '../cancelled'
import { codeOf } from '../disk'
import { flavourNames } from '../engines/library'
import { notHere } from '../engines/not-here'
import { EnginesmithError } from '../errors'
import { tensorSets } from '../pipeline/tensor-sets'
import { engineNotRun, whyNotBuilt, withRun, type Tell } from './built'
import { emptyStep, overFull, verdictOfSteps } from './drill-figures'
import { emptyRefit } from './empty'
import { measureEngine, type Measured } from './measure'
import { engineSubject } from './open'
import { refitEngine, refusedSource } from './refit'
import { onnxFile } from './sheet'

export interface DrillOrder {
  /** An ONNX file. */
  onnx: string
  /** An ONNX or .safetensors file with other weights of the same network; null: that step is left out. */
  checkpoint: string | null
  backend: SheetBackend
  recipe: Recipe
  /** Runs and files of the drill lie in it, by the names of the steps; an earlier drill that is there is gone on with. */
  folder: string
}

type DrillCore = Pick<Core, 'bench' | 'host' | 'toolchain' | 'settings' | 'dataFolder' | 'describeFile' | 'pythons' | 'trust'>
interface Listeners {
  signal: AbortSignal
  tell: Tell
}

const durationMs = 1000
const timedAs = ({ build, validate }: Recipe) => ({
  device: build.device,
  durationMs,
  weightBudget: validate.weightBudget,
  runtimeCache: validate.runtimeCache,
})

/**
 * Rehearses what a stripped engine is for: built with and without weights, refitted from its ONNX file, once more from the
 * file without weights that came of that, and from a new checkpoint; verified and timed after each. Fills `document` as it goes.
 * @throws EnginesmithError FILE_…, USAGE where the file is no ONNX file or the checkpoint of no use, OUT_NOT_A_RUN, CANCELLED
 */
export async function refitDrill(core: DrillCore, order: DrillOrder, document: DrillDocument, listeners: Listeners): Promise<void> {
  try {
    await rehearse(core, order, document, listeners)
  } finally {
    for (const step of document.steps) step.ofFull = overFull(step, document.steps)
  }
  document.verdict = verdictOfSteps(document.steps)
}

async function rehearse(core: DrillCore, order: DrillOrder, document: DrillDocument, listeners: Listeners): Promise<void> {
  const { signal } = listeners
  document.onnx = await onnxFile(core, order.onnx, signal)
  document.backend = order.backend
  const checkpoint = order.checkpoint === null ? null : await core.describeFile(order.checkpoint, { signal, hash: 'wait' })
  const refused = checkpoint === null ? null : refusedSource(checkpoint)
  if (refused !== null) throw refused
  if (checkpoint !== null) document.checkpoint = { path: checkpoint.path, sha256: checkpoint.sha256 ?? '', bytes: checkpoint.bytes }
  for (const step of refitSteps) await emptied(join(order.folder, step))
  const stripped = (await buildStep(core, order, 'full', document, listeners)) && (await buildStep(core, order, 'stripped', document, listeners))
  const refit = stripped && (await refitStep(core, order, { ...stripped, step: 'refit', source: order.onnx }, document, listeners))
  if (stripped && refit) await refitStep(core, order, { ...stripped, step: 'again', engine: refit.withoutWeights, source: order.onnx }, document, listeners)
  if (stripped && checkpoint !== null) {
    notReached(document, ['again'])
    await refitStep(core, order, { ...stripped, step: 'checkpoint', source: checkpoint.path }, document, listeners)
  }
  notReached(document, checkpoint === null ? drillSteps.filter((step) => step !== 'checkpoint') : drillSteps)
}

const refitSteps = ['refit', 'again', 'checkpoint'] as const
/** The engine that a step of its own folder refits: where it lies, the folder is one of a drill. */
const given = 'given.engine'

const occupied = (folder: string): EnginesmithError =>
  new EnginesmithError('OUT_NOT_A_RUN', `${folder} holds other things than an earlier drill.`, 'Choose an empty folder, or one that does not exist yet.', {
    folder,
  })

/**
 * Makes room for a step; what an earlier drill left there is taken away, and nothing else is.
 * @throws EnginesmithError OUT_NOT_A_RUN
 */
async function emptied(folder: string): Promise<void> {
  // A file of that name, or a folder that does not open, is somebody's own.
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw occupied(folder)
  })
  if (names === null) return
  if (names.length > 0 && !names.includes(given)) throw occupied(folder)
  await rm(folder, { recursive: true, force: true })
}

/** Steps that an earlier one kept from being done stand there with its reason. */
function notReached(document: DrillDocument, steps: ReadonlyArray<DrillStep['step']>): void {
  const reason = document.steps.findLast((step) => step.reason !== null)?.reason ?? 'a step before it was not done'
  for (const step of steps) if (!document.steps.some((done) => done.step === step)) document.steps.push({ ...emptyStep(step), reason, verdict: 'not-judged' })
}

interface BuiltEngine {
  engine: string
  inputs: string
  /** What is refitted later is judged as what was built. */
  cards: Cards
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
    // A library that was named and is not here is an error; what the steps after it lack leaves them undone.
    document.findings.push(step === 'full' ? { ...fault, severity: 'error' } : fault)
    return null
  }
  const subject = await engineSubject(handle.folder, signal)
  row.engine = subject.file
  const card = snapshot.cards.build
  document.version ??= card?.libraryVersion ?? null
  row.seconds = card?.buildSeconds ?? null
  row[step === 'full' ? 'bytesWith' : 'bytesWithout'] = subject.file.bytes
  const [inputs] = tensorSets(handle.folder, snapshot.stages.load.artifacts, 'inputs')
  if (inputs === undefined) throw new Error('A run that was built has no inputs')
  tell({ phase: 'measure', detail: flavourNames[subject.flavour], fraction: null })
  const outputs = join(handle.folder, 'drill-outputs.safetensors')
  const { measured, notRun } = await measureEngine(core, subject, { inputs, outputs }, timedAs(snapshot.recipe), { signal, tell })
  row.reason = notRun
  if (notRun !== null && document.findings.every(({ code }) => code !== 'ENGINE_NOT_RUN')) {
    document.findings.push(engineNotRun(subject.flavour, notRun, card?.targets ?? [], 'Run the drill on a machine with a GPU that the engines are built for.'))
  }
  note(row, document, measured)
  const judged = await handle.execute({ upTo: 'validate', signal })
  row.comparisons = judged.comparisons.filter(({ hop }) => hop === 'onnx-engine')
  row.verdict = judged.verdict ?? 'not-judged'
  // That an engine without weights is told from a right one is what this step is to show; it is no fault of the drill.
  if (step === 'full') document.findings.push(...judged.stages.validate.findings.filter(({ severity }) => severity === 'error'))
  return { engine: subject.file.path, inputs, cards: snapshot.cards }
}

interface RefitOrder {
  step: 'refit' | 'again' | 'checkpoint'
  engine: string
  source: string
  inputs: string
  cards: Cards
}

async function refitStep(
  core: DrillCore,
  { onnx, recipe, folder }: DrillOrder,
  { step, engine, source, inputs, cards }: RefitOrder,
  document: DrillDocument,
  { signal, tell }: Listeners,
): Promise<{ withWeights: string; withoutWeights: string } | null> {
  throwIfCancelled(signal)
  const row = emptyStep(step)
  document.steps.push(row)
  const scratch = join(folder, step)
  await mkdir(scratch, { recursive: true })
  // A run's own artifacts are never opened for writing: the refit works on a copy.
  const copy = join(scratch, given)
  await copyFile(engine, copy)
  const bench = core.bench()
  try {
    const services = { host: bench.host, toolchain: core.toolchain, settings: core.settings, pythons: core.pythons, trust: core.trust }
    const subject = await engineSubject(copy, signal)
    const told = emptyRefit()
    const file = await core.describeFile(source, { signal, hash: 'wait' })
    const work = { subject, source: file, graph: onnx, device: recipe.build.device, compare: recipe.validate, cards, scratch }
    const files = await refitEngine(services, work, told, { signal, tell })
    fill(row, told)
    document.findings.push(...told.findings)
    if (files.withWeights === null || files.withoutWeights === null) {
      row.reason = told.findings.find(({ severity }) => severity === 'error')?.message ?? 'the engine was not refitted'
      return null
    }
    const refitted = await engineSubject(files.withWeights, signal)
    const bare = await engineSubject(files.withoutWeights, signal)
    // New weights bring no new code: what was built here a moment ago is still the library's own.
    if (core.trust.hostCode(subject.file.sha256)) for (const { file: made } of [refitted, bare]) core.trust.noteBuilt(made.sha256)
    const measure = { inputs, outputs: join(scratch, 'timed.safetensors') }
    const { measured } = await measureEngine(core, refitted, measure, timedAs(recipe), { signal, tell })
    row.engine = refitted.file
    note(row, document, measured)
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

function note(row: DrillStep, document: DrillDocument, measured: Measured | null): void {
  if (measured === null) return
  document.device ??= measured.device
  Object.assign(row, { gpuMs: measured.gpu.median, latencyMs: measured.latency.median, zeros: measured.zeros })
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
