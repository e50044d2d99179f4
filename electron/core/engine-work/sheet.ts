import { join } from 'node:path'
import { sheetBackends, type SheetBackend, type SheetDocument, type SheetRow } from '../../../contract/engine-sheet'
import type { Recipe } from '../../../contract/recipe'
import type { RunSnapshot } from '../../../contract/run'
import type { TensorSpec } from '../../../contract/tensor'
import type { Core, RunHandle } from '../api'
import { throwIfCancelled } from '../cancelled'
import { flavourNames } from '../engines/library'
import { EnginesmithError } from '../errors'
import { tensorSets } from '../pipeline/tensor-sets'
import { toComparison, toleranceTable } from '../verdict'
import { engineNotRun, whyNotBuilt, withRun, type Tell } from './built'
import { measureEngine } from './measure'
import { engineSubject } from './open'

export interface SheetOrder {
  /** An ONNX file. */
  onnx: string
  recipe: Recipe
  /** Each engine's run folder is made in it, by the backend's name; one that is there is gone on with. */
  folder: string
}

const durationMs = 2000

/** An engine's outputs for the first input set of its run. */
interface Answers {
  backend: SheetBackend
  file: string
  outputs: ReadonlyArray<Pick<TensorSpec, 'name' | 'dtype'>>
}

/**
 * Builds the same ONNX file with TensorRT and with TensorRT-RTX and sets them side by side. Fills `document` as it goes; what
 * this machine lacks for one of them is written there as a reason.
 * @throws EnginesmithError FILE_…, USAGE where the file is no ONNX file, OUT_NOT_A_RUN, CANCELLED
 */
export async function makeSheet(
  core: Pick<Core, 'bench' | 'host' | 'toolchain' | 'settings' | 'dataFolder' | 'describeFile' | 'trust'>,
  order: SheetOrder,
  document: SheetDocument,
  { signal, tell }: { signal: AbortSignal; tell: Tell },
): Promise<void> {
  document.onnx = await onnxFile(core, order.onnx, signal)
  const answers: Answers[] = []
  for (const backend of sheetBackends) {
    throwIfCancelled(signal)
    const bench = core.bench()
    try {
      const made = await withRun(
        bench.runs,
        { ...order, recipe: recipeFor(order.recipe, backend), backend, folder: join(order.folder, backend) },
        tell,
        (handle) => rowOf(core, handle, backend, document, { signal, tell }),
      )
      if (made !== null) answers.push(made)
    } finally {
      await bench.dispose()
    }
  }
  const [a, b] = answers
  if (a !== undefined && b !== undefined) {
    tell({ phase: 'compare', detail: '', fraction: null })
    const tolerances = toleranceTable([...a.outputs], order.recipe.validate, null)
    const files = { reference: [a.file], candidate: [b.file] }
    const { outputs } = await core.host.call('tensors.compare', { ...files, rule: order.recipe.validate.rule, tolerances }, { signal })
    document.difference = outputs.map((row) => {
      const { hop: _hop, ...rest } = toComparison('onnx-engine', row)
      return rest
    })
  }
  const { rows } = document
  document.verdict = rows.some(({ verdict }) => verdict === 'fail') ? 'fail' : rows.every(({ verdict }) => verdict === 'pass') ? 'pass' : 'not-judged'
}

/** A runtime cache is for the one that has such a thing. */
function recipeFor(recipe: Recipe, backend: SheetBackend): Recipe {
  return backend === 'tensorrt-rtx' ? recipe : { ...recipe, validate: { ...recipe.validate, runtimeCache: null } }
}

/** @throws EnginesmithError USAGE where it is of another format */
export async function onnxFile(core: Pick<Core, 'describeFile'>, path: string, signal: AbortSignal): Promise<NonNullable<SheetDocument['onnx']>> {
  const file = await core.describeFile(path, { signal, hash: 'wait' })
  if (file.format !== 'onnx' || file.sha256 === null) {
    throw new EnginesmithError('USAGE', `Engines are built from an ONNX file; this is ${file.format}.`, 'Convert the model to ONNX first.', {
      path,
      format: file.format,
    })
  }
  return { path: file.path, sha256: file.sha256, bytes: file.bytes }
}

async function rowOf(
  core: Pick<Core, 'bench' | 'toolchain' | 'settings' | 'dataFolder' | 'trust'>,
  handle: RunHandle,
  backend: SheetBackend,
  document: SheetDocument,
  { signal, tell }: { signal: AbortSignal; tell: Tell },
): Promise<Answers | null> {
  const built = await handle.execute({ upTo: 'build', signal })
  const fault = whyNotBuilt(built)
  const row: SheetRow = { ...emptyRow(backend), notBuilt: fault?.message ?? null }
  document.rows.push(row)
  if (fault !== null) {
    document.findings.push({ ...fault, evidence: { ...fault.evidence, backend } })
    return null
  }
  const subject = await engineSubject(handle.folder, signal)
  const card = built.cards.build
  Object.assign(row, { version: card?.libraryVersion ?? null, targets: card?.targets ?? [], engine: subject.file, buildSeconds: card?.buildSeconds ?? null })
  const [inputs] = tensorSets(handle.folder, built.stages.load.artifacts, 'inputs')
  if (inputs === undefined) throw new Error('A run that was built has no inputs')
  tell({ phase: 'measure', detail: flavourNames[backend], fraction: null })
  const file = join(handle.folder, 'sheet-outputs.safetensors')
  const { measured, notRun } = await measureEngine(
    core,
    subject,
    { inputs, outputs: file },
    { device: built.recipe.build.device, durationMs, weightBudget: built.recipe.validate.weightBudget, runtimeCache: built.recipe.validate.runtimeCache },
    { signal, tell },
  )
  row.notRun = notRun
  if (measured !== null) {
    document.device ??= measured.device
    const { firstRunMs, warmStartMs, gpu, latency, throughput } = measured
    Object.assign(row, { firstRunMs, warmStartMs, gpu, latency, throughput })
  }
  judge(row, await handle.execute({ upTo: 'validate', signal }), document)
  return measured === null ? null : { backend, file, outputs: built.cards.convert?.signature?.outputs ?? [] }
}

/** Takes over what Validate said; an engine that was not run is said so once, in the words of the sheet. */
function judge(row: SheetRow, { verdict, comparisons, stages }: RunSnapshot, document: SheetDocument): void {
  const mine = comparisons.filter(({ hop }) => hop === 'onnx-engine')
  Object.assign(row, { verdict: verdict ?? 'not-judged', comparisons: mine })
  const said = stages.validate.findings.filter(({ code, severity }) => severity !== 'info' && code !== 'ENGINE_NOT_RUN' && code !== 'NOTHING_TO_COMPARE')
  document.findings.push(...said.map((finding) => ({ ...finding, evidence: { ...finding.evidence, backend: row.backend } })))
  if (row.notRun === null) return
  const remedy = 'Make the sheet on a machine with a GPU that both libraries build for.'
  document.findings.push(engineNotRun(row.backend, row.notRun, row.targets, remedy))
}

const emptyRow = (backend: SheetBackend): SheetRow => ({
  backend,
  version: null,
  targets: [],
  engine: null,
  notBuilt: null,
  buildSeconds: null,
  firstRunMs: null,
  warmStartMs: null,
  gpu: null,
  latency: null,
  throughput: null,
  notRun: null,
  verdict: null,
  comparisons: [],
})
