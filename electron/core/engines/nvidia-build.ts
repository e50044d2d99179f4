import { copyFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ReadBack } from '../../../contract/engine'
import type { BuildReply, Flavour } from '../../../contract/native'
import { torchOnlyOptions, type BuildOptions } from '../../../contract/recipe'
import type { BuildCard } from '../../../contract/run'
import { needSpace } from '../disk'
import { EnginesmithError, makeFinding } from '../errors'
import { sha256File } from '../files/hash'
import { runsHere } from '../formats/engine-here'
import type { StageContext } from '../pipeline/stage'
import type { ProducedSet } from '../store/artifacts'
import { chooseGpu } from '../toolchain/gpu'
import { blameOptions } from './blame-options'
import { countTypes, precisionRows } from './layer-types'
import { findLibrary, flavourNames } from './library'
import type { BackendBuild, BuildPlan, BuildWork, Built } from './port'
import { setOptions } from './set-options'
import { refuseUnquantized } from './quantized'
import { skippedFinding } from './skipped-tactics'
import { planTimingCache } from './timing-cache'
import { trtexecLine } from './trtexec'

/** An engine holds the weights and, for every target, code; the builder writes beside it while it works. */
const fixedBytes = 64 * 1024 * 1024

export interface NvidiaFlavour {
  flavour: Flavour
  /** True where the engine depends on the GPU that it is built on even with a target. */
  builtOnGpu: boolean
}

/** Building with either of NVIDIA's libraries: the same code, another slot table below it. */
export function nvidiaBuild({ flavour, builtOnGpu }: NvidiaFlavour): BackendBuild {
  return {
    async plan(options, services, _stage, signal) {
      const library = await findLibrary(flavour, services, signal)
      refuseTorchOnly(flavour, options)
      const gpuCounts = builtOnGpu || options.targets.length === 0
      const { gpus, driver } = await services.toolchain.environment()
      const device = chooseGpu({ named: options.device, path: 'build.device', setting: services.settings().device }, gpus)
      const gpu = gpus[device ?? 0]
      return {
        library,
        onGpu: gpuCounts && gpu !== undefined,
        device,
        environment: {
          library: `${library.flavour} ${library.version}`,
          gpu: gpuCounts && gpu !== undefined ? `${gpu.name} ${gpu.computeCapability}` : null,
          driver: builtOnGpu ? driver : null,
          ...(await pluginIds(services.settings().plugins, signal)),
        },
      }
    },
    build: (plan, work, context) => build(flavour, plan, work, context),
  }
}

/** What only a compiler of PyTorch programs has is refused, never ignored. */
function refuseTorchOnly(flavour: Flavour, options: BuildOptions): void {
  const asked = setOptions(options).filter((name) => (torchOnlyOptions as readonly string[]).includes(name))
  if (asked.length === 0) return
  throw new EnginesmithError(
    'BUILD_OPTION_UNSUPPORTED',
    `${flavourNames[flavour]} builds from ONNX and has no ${asked.join(', ')}.`,
    'Leave these options out, or choose torch-tensorrt.',
    { backend: flavour, options: asked },
    [{ kind: 'choose-backend', label: 'Choose another backend' }],
  )
}

async function build(flavour: Flavour, plan: BuildPlan, work: BuildWork, context: StageContext): Promise<Built> {
  const { library } = plan
  if (library === null) throw new Error('A plan of NVIDIA without a library')
  const { options, profiles, onnx } = work
  await needSpace(context.scratch, fixedBytes + 2 * work.onnxBytes, 'The build')
  await refuseUnquantized(options.precision, work.operators, library, context)
  const out = join(context.scratch, 'model.engine')
  const cache = await planTimingCache(options, library, context)
  const { backend: _backend, minBlockSize: _minBlockSize, torchOps: _torchOps, requireFull: _requireFull, ...asked } = options
  const reply = await context
    .native('engine.build', {
      ...asked,
      library,
      onnx,
      out,
      profiles,
      timingCache: cache.path,
      timingCacheOwned: cache.owned,
      plugins: context.settings().plugins,
    })
    .catch((error: unknown) => {
      throw blameOptions(error, options)
    })
  const produced: ProducedSet[] = [[{ kind: 'engine', path: out, name: 'model.engine' }]]
  if (options.timingCache !== null && reply.timingCache?.state !== 'refused') {
    const kept = join(context.scratch, 'timing.cache')
    await copyFile(options.timingCache, kept)
    produced.push([{ kind: 'timing-cache', path: kept, name: 'timing.cache' }])
  }
  // Full TensorRT builds on the very GPU that is here; its header does not say so.
  const here =
    flavour === 'tensorrt'
      ? { runsHere: 'yes' as const, reason: 'It was built on a GPU of this machine.' }
      : runsHere(reply.header, await context.native('cuda.devices', {}))
  const card: BuildCard = {
    backend: flavour,
    libraryVersion: library.version,
    targets: reply.header.targets,
    header: reply.header,
    profiles,
    readBacks: rowsOf(options, reply),
    layers: reply.layers,
    precisions: countTypes(reply.layers),
    notReadBack: reply.notReadBack,
    buildSeconds: reply.seconds,
    bytes: reply.bytes,
    phases: reply.phases,
    runsHere: here.runsHere,
    runsHereReason: here.reason,
    trtexec: trtexecLine(flavour, options, profiles, basename(onnx)),
  }
  reportDeviations(card, reply, options, context)
  return { produced, card }
}

/** The builder's rows with the precision from the layers, where they can be read. */
function rowsOf(options: BuildOptions, reply: BuildReply): ReadBack[] {
  const builder = reply.readBacks.find((row) => row.option === 'precision')
  const rest = reply.readBacks.filter((row) => row !== builder)
  return [...precisionRows(options.precision, reply.layers, builder), ...rest]
}

/** What was built is not what was asked, or the builder left something out: said, never silent. */
function reportDeviations(card: BuildCard, { warnings, timingCache }: BuildReply, { workspace }: BuildOptions, context: StageContext): void {
  const other = card.readBacks.filter((row) => row.same === false)
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
  const skipped = skippedFinding(warnings, workspace)
  if (skipped !== null) context.report(skipped)
  if (timingCache?.state === 'refused' || timingCache?.state === 'replaced') {
    const replaced = timingCache.state === 'replaced'
    context.report(
      makeFinding(
        'TIMING_CACHE_UNUSABLE',
        replaced ? 'info' : 'warning',
        `The timing cache ${timingCache.path} is damaged, or was made by another library or GPU: ${replaced ? 'it was begun anew' : 'it was neither used nor written'}.`,
        replaced ? 'Nothing has to be done; the next build is faster.' : 'Name another file, or leave it out to use the cache of this machine.',
        { path: timingCache.path, replaced },
      ),
    )
  }
}

/** Plugins run inside the builder, so their content decides what is built. */
async function pluginIds(paths: readonly string[], signal?: AbortSignal): Promise<Record<string, string>> {
  if (paths.length === 0) return {}
  const hashes: string[] = []
  for (const path of paths) hashes.push(await sha256File(path, signal))
  return { plugins: hashes.join(' ') }
}
