import type { LoadCard } from '../../../../contract/run'
import type { Signature, SymbolRange } from '../../../../contract/tensor'
import { makeFinding } from '../../errors'
import { inputsDigest, prepareInputs } from '../../inputs'
import { offerPythons } from '../../python/having'
import { savedElsewhereFinding } from '../../toolchain/compare'
import type { ProducedSet } from '../../store/artifacts'
import type { PreparedStage, Stage, StageContext, StageInputs, StageOutput, StageServices } from '../stage'
import { outputFiles, setName } from '../tensor-sets'
import { modelWorker } from './model-worker'
import { checkUnchanged, projectDigest, refuseUnloadable, shardDigests } from './source'

const version = 1

/** Load: look at the file, get the live model, fix the sample inputs, and run PyTorch's own answers for them. */
export const loadStage: Stage<'load'> = {
  name: 'load',
  async prepare(inputs, services): Promise<PreparedStage<'load'>> {
    const { file, recipe } = inputs
    const { inputsFile, ...options } = recipe.load
    const onnx = file.format === 'onnx'
    const environment = onnx ? null : await services.toolchain.environment()
    return {
      key: {
        stage: 'load',
        version,
        options: {
          ...options,
          // Of the profiles only the optimum of the first decides anything here: the sample runs at it.
          sample:
            recipe.build.profiles[0]?.map(({ name, opt, max }) => ({
              name,
              opt,
              max: max.map((size, axis) => (opt[axis] === 1 ? Math.min(size, 2) : null)),
            })) ?? null,
        },
        inputs: [file.sha256 ?? '', inputsFile === null ? '' : await inputsDigest(inputsFile), ...(await shardDigests(file))],
        environment: onnx
          ? {}
          : {
              python: environment?.python ?? null,
              torch: environment?.torch ?? null,
              ...imported(services.settings().operatorLibraries),
              project: await projectDigest(services.settings().project),
            },
      },
      durationName: `load ${file.sha256 ?? file.path}`,
      run: (context) => (onnx ? loadOnnx(inputs, context) : loadTorch(inputs, services, context)),
    }
  },
}

async function loadOnnx(inputs: StageInputs, context: StageContext): Promise<StageOutput<'load'>> {
  const { file } = inputs
  await checkUnchanged(file)
  context.progress({ phase: 'Reading the signature', fraction: null })
  const signature = file.signature ?? (await context.native('ort.describe', { onnx: file.path }))
  return finish(inputs, context, { signature, forward: null, modelClass: null, parameters: file.tensors === null ? null : elements(file.tensors) }, null)
}

async function loadTorch(inputs: StageInputs, services: StageServices, context: StageContext): Promise<StageOutput<'load'>> {
  const { file, recipe } = inputs
  await checkUnchanged(file)
  refuseUnloadable(file, recipe.load, services.trust.granted(file, inputs.folder))
  const { worker, source } = await modelWorker(inputs, services, context)
  const saved = savedElsewhereFinding(file.facts, (await services.toolchain.userPython())?.packages ?? {})
  if (saved !== null) context.report(saved)
  context.progress({ phase: 'Loading the model', fraction: null })
  const loaded = await worker.call('load', { source }, context.call).catch(async (error: unknown) => {
    throw await offerPythons(error, () => services.toolchain.pythons())
  })
  for (const finding of loaded.findings) context.report(finding)
  const signature = withRanges(loaded.signature ?? file.signature, loaded.symbols ?? []) ?? assumed(inputs, loaded.example ?? null, context)
  const known = { signature, forward: loaded.forward.map((parameter) => parameter.name), modelClass: loaded.modelClass, parameters: loaded.parameters }
  return finish(inputs, context, known, async (names, sets) => {
    context.progress({ phase: 'Running PyTorch', fraction: null })
    const outputs = outputFiles(context.scratch, 'reference', sets.length)
    const outputNames = signature === null || signature.outputs.length === 0 ? null : signature.outputs.map((output) => output.name)
    const result = await worker.call('run', { source, inputNames: names, inputs: sets, outputs, outputNames }, context.call)
    return { files: outputs, outputs: result.outputs }
  })
}

/** Absent where there are none, as before there were any. */
const imported = (libraries: string[]): { imports?: string } => (libraries.length === 0 ? {} : { imports: libraries.join(' ') })

interface Known {
  signature: Signature | null
  forward: string[] | null
  modelClass: string | null
  parameters: number | null
}
type Reference = (inputNames: string[], sets: string[]) => Promise<{ files: string[]; outputs: Signature['outputs'] }>

/** Sample inputs, reference outputs where there is a PyTorch model, and the card. */
async function finish(inputs: StageInputs, context: StageContext, known: Known, reference: Reference | null): Promise<StageOutput<'load'>> {
  const { recipe } = inputs
  context.progress({ phase: 'Writing the sample inputs', fraction: null })
  const { plan, files, images, dataSets, findings } = await prepareInputs(
    { signature: known.signature, forward: known.forward, load: recipe.load, profiles: recipe.build.profiles, keepNames: reference === null },
    context.scratch,
    { pythons: context.pythons, call: context.call },
  )
  for (const finding of findings) context.report(finding)
  const answers =
    reference === null
      ? null
      : await reference(
          plan.specs.map((spec) => spec.name),
          files,
        )
  const produced: ProducedSet[] = files.map((path, index) => [{ kind: 'tensors', path, name: setName('inputs', index) }])
  answers?.files.forEach((path, index) => produced.push([{ kind: 'tensors', path, name: setName('reference', index) }]))
  const card: LoadCard = {
    modelClass: known.modelClass,
    parameters: known.parameters,
    signature: {
      inputs: plan.specs.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
      outputs: known.signature !== null && known.signature.outputs.length > 0 ? known.signature.outputs : (answers?.outputs ?? []),
      ...(known.signature?.symbols === undefined ? {} : { symbols: known.signature.symbols }),
    },
    sample: plan.sample,
    sets: files.length,
    ...(images === null ? {} : { images }),
    ...(dataSets === undefined ? {} : { dataSets }),
  }
  return { produced, card }
}

/** A file without a signature may still hold the inputs that it was made with: taken where nobody says anything else. */
function assumed(inputs: StageInputs, example: Signature['inputs'] | null, context: StageContext): Signature | null {
  const { load } = inputs.recipe
  if (example === null || example.length === 0 || load.inputs.length > 0 || load.inputsFile !== null) return null
  const lines = example.map(({ name, dtype, shape }) => `--input ${name}:${dtype}:${shape.join('x')}`)
  context.report(
    makeFinding(
      'INPUTS_ASSUMED',
      'info',
      `The file does not say what inputs its model takes, so those that it was made with were taken: ${lines.map((line) => line.slice('--input '.length)).join(', ')}.`,
      `State other ones where these do not fit: ${lines.join(' ')}`,
      { lines },
      [{ kind: 'set-option', label: 'Edit the inputs', path: 'load.inputs', value: example.map((input) => ({ ...input })) }],
    ),
  )
  return { inputs: example, outputs: [] }
}

function withRanges(signature: Signature | null, symbols: ReadonlyArray<SymbolRange & { name: string }>): Signature | null {
  if (signature === null || symbols.length === 0) return signature
  return { ...signature, symbols: { ...signature.symbols, ...Object.fromEntries(symbols.map(({ name, min, max }) => [name, { min, max }])) } }
}

function elements(tensors: ReadonlyArray<{ shape: number[] }>): number {
  return tensors.reduce((sum, tensor) => sum + tensor.shape.reduce((product, size) => product * size, 1), 0)
}
