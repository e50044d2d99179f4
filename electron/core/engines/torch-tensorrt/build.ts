import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ModelFormat, Partition } from '../../../../contract/run'
import type { BuildOptions } from '../../../../contract/recipe'
import type { WorkerParams, WorkerResult } from '../../../../contract/worker'
import { needSpace } from '../../disk'
import { EnginesmithError, makeFinding } from '../../errors'
import { modelWorker } from '../../pipeline/stages/model-worker'
import { projectDigest } from '../../pipeline/stages/source'
import type { StageContext, StageInputs, StageServices } from '../../pipeline/stage'
import { outputFiles, setName, tensorSets } from '../../pipeline/tensor-sets'
import type { ProducedSet } from '../../store/artifacts'
import { chooseGpu } from '../../toolchain/gpu'
import type { BackendBuild, Built, BuildPlan, BuildWork } from '../port'
import { setOptions, type SettableOption } from '../set-options'
import { blocksFinding } from './blocks'
import { readBacks } from './read-backs'

const chooseBackend = { kind: 'choose-backend', label: 'Choose another backend' } as const

/** What `torch_tensorrt.dynamo.compile` has; anything else that is set is refused, never ignored. */
const known: ReadonlySet<SettableOption> = new Set<SettableOption>([
  'precision',
  'optLevel',
  'tiling',
  'avgTiming',
  'workspace',
  'maxAuxStreams',
  'timingCache',
  'sparsity',
  'refit',
  'refitIdentical',
  'strip',
  'weightStreaming',
  'versionCompatible',
  'hardwareCompat',
  'minBlockSize',
  'torchOps',
  'requireFull',
  'device',
])

/** Torch-TensorRT compiles the PyTorch program itself: blocks become engines, what it has no words for stays in PyTorch. */
export const torchTensorrtBuild: BackendBuild = {
  async plan(options, services, stage) {
    const { packages, torch, driver, gpus } = await services.toolchain.environment()
    const version = packages['torch-tensorrt'] ?? null
    if (version === null) throw await missing(services)
    refuseFormat(stage.file.format)
    refuseOptions(options)
    const device = chooseGpu({ named: options.device, path: 'build.device', setting: services.settings().device }, gpus)
    const gpu = gpus[device ?? 0]
    const { model, modelArgs, keyPrefix } = stage.recipe.load
    return {
      library: null,
      onGpu: gpu !== undefined,
      device,
      environment: {
        torch,
        'torch-tensorrt': version,
        tensorrt: packages['tensorrt'] ?? packages['tensorrt-cu12'] ?? packages['tensorrt-cu13'] ?? null,
        gpu: gpu === undefined ? null : `${gpu.name} ${gpu.computeCapability}`,
        driver,
        project: await projectDigest(services.settings().project),
      },
      inputs: [`model ${stage.file.sha256 ?? ''}`, `loaded as ${JSON.stringify([model, modelArgs, keyPrefix ?? null])}`],
    }
  },
  build,
}

async function missing(services: StageServices): Promise<EnginesmithError> {
  const { attempts } = (await services.toolchain.doctor()).engines['torch-tensorrt']
  const first = attempts[0]
  return new EnginesmithError(
    'BACKEND_MISSING',
    `Torch-TensorRT was not found or does not open on this machine.${first === undefined ? '' : ` First attempt: ${first.path}: ${first.reason}`}`,
    'Install it into the Python environment of the model (pip install torch-tensorrt), or choose another Python or backend.',
    { backend: 'torch-tensorrt', attempts: attempts.map((attempt) => ({ ...attempt })) },
    [{ kind: 'open-toolchain', label: 'Open Toolchain' }, chooseBackend],
  )
}

/** It compiles what torch.export can follow: no ONNX file, and no script. */
function refuseFormat(format: ModelFormat): void {
  if (format !== 'onnx' && format !== 'torchscript') return
  throw new EnginesmithError(
    'BACKEND_NEEDS_MODULE',
    `Torch-TensorRT compiles a PyTorch module or an exported program, and this file is ${format === 'onnx' ? 'ONNX' : 'TorchScript'}.`,
    'Begin with the PyTorch model that it was made from, or choose tensorrt for this file.',
    { backend: 'torch-tensorrt', format },
    [chooseBackend],
  )
}

function refuseOptions(options: BuildOptions): void {
  const lacking: string[] = setOptions(options).filter((name) => !known.has(name))
  if (options.precision === 'int8' || options.precision === 'fp8') lacking.push(`precision ${options.precision}`)
  if (options.hardwareCompat === 'same-cc') lacking.push('hardwareCompat same-cc')
  if (lacking.length === 0) return
  throw new EnginesmithError(
    'BUILD_OPTION_UNSUPPORTED',
    `Torch-TensorRT has no ${lacking.join(', ')}.`,
    'Leave these options out, or choose tensorrt.',
    { backend: 'torch-tensorrt', options: lacking },
    [chooseBackend],
  )
}

async function build(_plan: BuildPlan, { options, stage, profiles, onnxBytes }: BuildWork, context: StageContext): Promise<Built> {
  await needSpace(context.scratch, 64 * 1024 * 1024 + 3 * onnxBytes, 'The build')
  const { worker, source } = await modelWorker(stage, context, context)
  const samples = tensorSets(stage.folder, stage.artifacts.load, 'inputs')
  const { load } = stage.cards
  const [sample] = samples
  if (load === null || load.signature === null || sample === undefined) throw new Error('Build needs the inputs that Load fixed')
  const { outputs } = load.signature
  const request: WorkerParams<'trt_dry_run'> = {
    source,
    inputs: load.signature.inputs,
    outputNames: outputs.length === 0 ? null : outputs.map(({ name }) => name),
    sample,
    profile: profiles[0] ?? [],
    options,
    scratch: context.scratch,
  }
  context.progress({ phase: 'Dry run of Torch-TensorRT', fraction: null })
  const dry = await worker.call('trt_dry_run', request, context.call)
  tellBlocks(dry, stage, context)
  context.progress({ phase: 'Compiling with Torch-TensorRT', fraction: null })
  const begin = performance.now()
  const out = join(context.scratch, 'model.trt.pt2')
  const compiled = outputFiles(context.scratch, 'compiled', samples.length)
  const made = await worker.call('trt_compile', { ...request, samples, outputs: compiled, out }, context.call)
  const rows = readBacks(options, made)
  const other = rows.filter((row) => row.same === false)
  if (other.length > 0) {
    context.report(
      makeFinding(
        'BUILD_NOT_AS_REQUESTED',
        'warning',
        `The engine is not what was asked for: ${other.map((row) => `${row.option}: asked ${row.requested ?? 'nothing'}, got ${row.achieved ?? 'nothing'}`).join('; ')}.`,
        'Look at the table of requested and achieved; leave out what this library or GPU cannot do.',
        { rows: other.map((row) => ({ ...row })) },
      ),
    )
  }
  const produced: ProducedSet[] = [[{ kind: 'exported-program', path: out, name: 'model.trt.pt2' }]]
  compiled.forEach((path, index) => produced.push([{ kind: 'tensors', path, name: setName('compiled', index) }]))
  return {
    produced,
    card: {
      backend: 'torch-tensorrt',
      libraryVersion: `${made.version}${made.tensorrt === null ? '' : ` over TensorRT ${made.tensorrt}`}`,
      targets: [],
      header: null,
      profiles,
      readBacks: rows,
      layers: null,
      precisions: [],
      notReadBack: null,
      buildSeconds: (performance.now() - begin) / 1000,
      bytes: (await stat(out)).size,
      phases: made.phases,
      runsHere: 'yes',
      runsHereReason: 'It was built on a GPU of this machine.',
      trtexec: null,
      partition: { operators: dry.operators, blocks: dry.blocks },
    },
  }
}

/** The dry run's word, before minutes go into the build. @throws EnginesmithError BUILD_EMPTY_NETWORK where nothing would be converted */
function tellBlocks(dry: WorkerResult<'trt_dry_run'>, stage: StageInputs, context: StageContext): void {
  const partition: Partition = { operators: dry.operators, blocks: dry.blocks }
  const finding = blocksFinding(partition)
  context.log('info', 'torch-tensorrt', `Dry run: ${finding.message}`)
  context.report(finding)
  if (dry.ownBounds !== null) {
    context.report(
      makeFinding(
        'PROFILE_NOT_KEPT',
        'warning',
        `The exported program keeps the bounds of its own sizes instead of the profile: ${dry.ownBounds}`,
        'Export the program with the sizes that you need, or begin with the PyTorch model.',
        { reason: dry.ownBounds },
      ),
    )
  }
  if (partition.blocks.some((block) => block.runsIn === 'tensorrt')) return
  throw new EnginesmithError(
    'BUILD_EMPTY_NETWORK',
    `Torch-TensorRT would convert nothing of this model: all ${dry.operators} operators stay in PyTorch.`,
    'Lower --min-block-size, keep fewer operators in PyTorch, or choose tensorrt.',
    { path: stage.file.path, layers: 0 },
    [{ kind: 'set-option', label: 'Convert every block', path: 'build.minBlockSize', value: 1 }],
  )
}
