import { dirname, resolve } from 'node:path'
import type { ConvertOptions } from '../../../../contract/recipe'
import type { ConvertCard } from '../../../../contract/run'
import type { Signature } from '../../../../contract/tensor'
import type { WorkerResult } from '../../../../contract/worker'
import { EnginesmithError, isAbort, makeFinding } from '../../errors'
import { notJudged } from '../../verdict'
import type { PreparedStage, Stage, StageContext, StageInputs, StageOutput, StageServices } from '../stage'
import type { ProducedSet } from '../../store/artifacts'
import { tensorSets } from '../tensor-sets'
import { keepsState, stateful } from '../keeps-state'
import { secondInputs, type SecondInput } from '../second-input'
import { adoptOnnx, collectOnnx, inspectOnnx } from './adopt-onnx'
import { compareHop } from './compare-hop'
import { refineGraph, type Refined } from './graph'
import { modelWorker } from './model-worker'
import { checkUnchanged } from './source'

const version = 3

/** Convert: PyTorch to ONNX, checked, and compared with PyTorch at once. An ONNX file is taken over as it is. */
export const convertStage: Stage<'convert'> = {
  name: 'convert',
  async prepare(inputs, services): Promise<PreparedStage<'convert'>> {
    const { file, recipe, artifacts, cards } = inputs
    if (file.format === 'onnx') {
      return {
        key: { stage: 'convert', version, options: graphOptions(recipe.convert), inputs: [file.sha256 ?? '', ...calibrated(inputs)], environment: {} },
        durationName: `adopt ${file.sha256 ?? file.path}`,
        run: (context) => adopt(inputs, context),
      }
    }
    const { model, modelArgs, keyPrefix } = recipe.load
    const { exporter, opset } = recipe.convert
    const { packages, python } = await services.toolchain.environment()
    return {
      key: {
        stage: 'convert',
        version,
        options: {
          exporter,
          opset,
          ...graphOptions(recipe.convert),
          model,
          modelArgs,
          keyPrefix: keyPrefix ?? null,
          inputs: cards.load?.signature?.inputs ?? null,
        },
        inputs: [inputs.file.sha256 ?? '', ...artifacts.load.filter((artifact) => artifact.kind === 'tensors').map((artifact) => artifact.sha256)],
        environment: { python, torch: packages['torch'] ?? null, onnxscript: packages['onnxscript'] ?? null, onnx: packages['onnx'] ?? null },
      },
      durationName: `convert ${recipe.convert.exporter} ${file.sha256 ?? file.path}`,
      run: (context) => exportModel(inputs, services, context),
    }
  },
}

/** What decides on the graph after the export; nothing where it stays as it is, so that such keys stay as they are. */
function graphOptions({ simplify, graphPrecision, keepFp32 }: ConvertOptions): Record<string, unknown> {
  return { ...(simplify ? { simplify } : {}), ...(graphPrecision === null ? {} : { graphPrecision, keepFp32 }) }
}

/** INT8 depends on the samples that it was measured on. */
function calibrated({ recipe, artifacts }: StageInputs): string[] {
  return recipe.convert.graphPrecision === null ? [] : artifacts.load.filter(({ kind }) => kind === 'tensors').map(({ sha256 }) => sha256)
}

async function adopt(inputs: StageInputs, context: StageContext): Promise<StageOutput<'convert'>> {
  const { file } = inputs
  await checkUnchanged(file)
  context.progress({ phase: 'Taking the ONNX file over', fraction: null })
  const set = await adoptOnnx(file, context)
  context.report(
    makeFinding(
      'CONVERT_NOT_NEEDED',
      'info',
      'The file is ONNX already, so nothing was converted.',
      'Nothing has to be done. There is no PyTorch model to compare it with.',
      {
        path: file.path,
      },
    ),
  )
  const described = await describe(set[0]?.path ?? file.path, context)
  const { final, facts, comparisons, details } = await refine(inputs, set, described, [], context)
  const onnx = final[0]?.path ?? file.path
  const made = await card(onnx, described ?? file.signature, null, described !== null, null)
  return { produced: [final], card: { ...made, ...facts, checks: comparisons, second: [] }, comparisons, details }
}

async function exportModel(inputs: StageInputs, services: StageServices, context: StageContext): Promise<StageOutput<'convert'>> {
  const { recipe, folder, artifacts, cards } = inputs
  await checkUnchanged(inputs.file)
  const loadCard = cards.load
  const [sample] = tensorSets(folder, artifacts.load, 'inputs')
  if (loadCard === null || loadCard.signature === null || sample === undefined) throw new Error('Convert needs the inputs that Load fixed')
  const { worker, source } = await modelWorker(inputs, services, context)
  context.progress({ phase: `Exporting with the ${recipe.convert.exporter} exporter`, fraction: null })
  const { outputs } = loadCard.signature
  const exported = await worker.call(
    'export_onnx',
    {
      source,
      inputs: loadCard.signature.inputs,
      sample,
      exporter: recipe.convert.exporter,
      opset: recipe.convert.opset,
      out: resolve(context.scratch, 'model.onnx'),
      outputNames: outputs.length === 0 ? null : outputs.map((output) => output.name),
    },
    context.call,
  )
  for (const finding of exported.findings) context.report(finding)
  const set = collectOnnx(
    exported.files.map((file) => resolve(context.scratch, file)),
    context.scratch,
  )
  const onnx = set[0]?.path ?? ''
  const checked = await check(onnx, context)
  const described = await describe(onnx, context)
  // What ONNX Runtime does not take, another engine may: its inputs are then read from the file itself.
  const signature = described ?? (await context.describeFile(onnx, { signal: context.signal, hash: 'later' })).signature
  const second = described === null ? [] : await secondInputs(inputs, worker, source, context)
  const refined = await refine(inputs, set, described, second, context)
  const path = refined.final[0]?.path ?? onnx
  const made = await card(path, signature, exported.exporter, checked !== null || described !== null, path === onnx ? checked : null)
  const { signature: asked } = loadCard
  const hop = await firstHop(
    inputs,
    path,
    refined.runs ? described : null,
    { second, keepsState: () => keepsState(worker, source, asked, sample, context) },
    context,
  )
  const comparisons = [...hop.comparisons, ...refined.comparisons]
  return {
    produced: [refined.final],
    card: { ...made, opset: exported.opset, ...refined.facts, checks: comparisons, second: second.map(({ sizes }) => sizes) },
    comparisons,
    details: [...hop.details, ...refined.details],
  }
}

/** The graph as the recipe wants it: a set of its own where it was changed. */
async function refine(
  inputs: StageInputs,
  set: ProducedSet,
  signature: Signature | null,
  second: readonly SecondInput[],
  context: StageContext,
): Promise<Omit<Refined, 'files'> & { final: ProducedSet }> {
  const files = set.map((file) => file.path)
  const refined = await refineGraph({ inputs, files, signature, second }, context)
  return { ...refined, final: refined.files === files ? set : collectOnnx(refined.files, dirname(refined.files[0] ?? '')) }
}

/** What the model answers at other inputs, and whether it differs from itself. */
interface AskedModel {
  second: readonly SecondInput[]
  keepsState: () => Promise<boolean>
}

type Rows = Required<Pick<StageOutput<'convert'>, 'comparisons' | 'details'>>

/** The ONNX checker of the managed environment, where there is one; what it refuses is no model. */
async function check(onnx: string, context: StageContext): Promise<WorkerResult<'check_onnx'> | null> {
  context.progress({ phase: 'Checking the ONNX file', fraction: null })
  let checked: WorkerResult<'check_onnx'>
  try {
    checked = await (await context.pythons.managed()).call('check_onnx', { path: onnx }, context.call)
  } catch (error) {
    if (isAbort(error) || !(error instanceof EnginesmithError) || !absent.has(error.code)) throw error
    context.log('info', 'convert', `The ONNX checker is not there (${error.message}); ONNX Runtime checks instead.`)
    return null
  }
  if (!checked.ok) {
    throw new EnginesmithError(
      'ONNX_INVALID',
      `The exported ONNX file is not valid: ${checked.message ?? 'the checker gave no reason'}`,
      'Export it with the other exporter or another opset.',
      { message: checked.message },
      [{ kind: 'choose-exporter', label: 'Try the other exporter' }],
    )
  }
  return checked
}

const absent: ReadonlySet<EnginesmithError['code']> = new Set(['PYTHON_MISSING', 'PYTHON_BROKEN', 'PACKAGE_MISSING'])

/** ONNX Runtime's view of the file; null, with a warning, where it does not take it: another engine still may. */
async function describe(onnx: string, context: StageContext): Promise<Signature | null> {
  context.progress({ phase: 'Opening the ONNX file in ONNX Runtime', fraction: null })
  try {
    return await context.native('ort.describe', { onnx })
  } catch (error) {
    if (!(error instanceof EnginesmithError) || error.code !== 'ONNX_INVALID') throw error
    context.report(error.toFinding('warning'))
    return null
  }
}

async function card(
  onnx: string,
  signature: Signature | null,
  exporter: string | null,
  ok: boolean,
  checked: WorkerResult<'check_onnx'> | null,
): Promise<ConvertCard> {
  if (checked !== null) return { exporter, opset: checked.opset, nodes: checked.nodes, operators: checked.operators, signature, checked: ok }
  const model = await inspectOnnx(onnx)
  return { exporter, opset: model.opsets['ai.onnx'] ?? null, nodes: model.nodes, operators: { ...model.operators }, signature, checked: ok }
}

/** The first hop; a file that ONNX Runtime has no means to run is kept and not judged: another engine may still take it. */
async function firstHop(inputs: StageInputs, onnx: string, described: Signature | null, model: AskedModel, context: StageContext): Promise<Rows> {
  let reason = 'ONNX Runtime does not accept the file.'
  try {
    if (described !== null) return await compareWithTorch(inputs, onnx, described, model, context)
  } catch (error) {
    if (!(error instanceof EnginesmithError) || error.code !== 'HOP_NOT_JUDGED') throw error
    context.report(error.toFinding('warning'))
    reason = error.message
  }
  const outputs = described?.outputs ?? inputs.cards.load?.signature?.outputs ?? []
  return { comparisons: outputs.map(({ name }) => notJudged('pytorch-onnx', name, reason)), details: [] }
}

/** The first hop, at once: a broken export is seen before minutes go into a build. The verdict is Validate's to give. */
async function compareWithTorch(
  inputs: StageInputs,
  onnx: string,
  signature: Signature,
  { second, keepsState: asked }: AskedModel,
  context: StageContext,
): Promise<Rows> {
  const run = (given: string[], outputs: string[]): Promise<unknown> => context.native('ort.run', { onnx, inputs: given, outputs })
  const { comparisons, details, frozen } = await compareHop(
    { inputs, signature, hop: 'pytorch-onnx', run, second, precision: inputs.recipe.convert.graphPrecision },
    context,
  )
  const bad = comparisons.filter((row) => row.verdict === 'fail')
  if (bad.length > 0 && (await asked())) {
    const evidence = { outputs: bad.map((row) => ({ ...row })), frozen, ...stateful.evidence }
    context.report(makeFinding('CONVERT_MISMATCH', 'warning', stateful.message, stateful.remedy, evidence))
  } else if (bad.length > 0) {
    const other = inputs.recipe.convert.exporter === 'dynamo' ? 'torchscript' : 'dynamo'
    const said = bad.map((row) => `${row.output}${row.reason === null ? '' : ` (${row.reason})`}`).join(', ')
    context.report(
      makeFinding(
        'CONVERT_MISMATCH',
        'warning',
        frozen
          ? `The ONNX file does what the PyTorch model does at the sample, but not at a second input: a size or a branch was frozen. ${said}.`
          : `The ONNX file does not do what the PyTorch model does: ${said}.`,
        frozen ? `Use the ${other} exporter, or change the code that follows the sample's sizes or values.` : `Try the ${other} exporter, or another opset.`,
        { outputs: bad.map((row) => ({ ...row })), frozen, second: second.map(({ sizes }) => sizes) },
        [{ kind: 'set-option', label: `Use the ${other} exporter`, path: 'convert.exporter', value: other }],
      ),
    )
  }
  return { comparisons, details }
}
