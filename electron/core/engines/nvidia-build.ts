import { copyFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Flavour } from '../../../contract/native'
import type { BuildCard } from '../../../contract/run'
import { needSpace } from '../disk'
import { makeFinding } from '../errors'
import { runsHere } from '../formats/engine'
import type { StageContext } from '../pipeline/stage'
import type { ProducedSet } from '../store/artifacts'
import { findLibrary } from './library'
import type { BackendBuild, BuildPlan, BuildWork, Built } from './port'
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
    async plan(options, services, signal) {
      const library = await findLibrary(flavour, services, signal)
      const gpuCounts = builtOnGpu || options.targets.length === 0
      const { gpus, driver } = await services.toolchain.environment()
      const gpu = gpus[options.device ?? 0]
      return {
        library,
        environment: {
          library: `${library.flavour} ${library.version}`,
          gpu: gpuCounts && gpu !== undefined ? `${gpu.name} ${gpu.computeCapability}` : null,
          driver: builtOnGpu ? driver : null,
        },
      }
    },
    build: (plan, work, context) => build(flavour, plan, work, context),
  }
}

async function build(flavour: Flavour, plan: BuildPlan, work: BuildWork, context: StageContext): Promise<Built> {
  const { library } = plan
  if (library === null) throw new Error('A plan of NVIDIA without a library')
  const { options, profiles, onnx } = work
  await needSpace(context.scratch, fixedBytes + 2 * work.onnxBytes, 'The build')
  const out = join(context.scratch, 'model.engine')
  const reply = await context.native('engine.build', {
    library,
    onnx,
    out,
    targets: options.targets,
    profiles,
    precision: options.precision,
    optLevel: options.optLevel,
    workspaceMiB: options.workspace,
    timingCache: options.timingCache,
    refit: options.refit,
    strip: options.strip,
    versionCompatible: options.versionCompatible,
    hardwareCompat: options.hardwareCompat,
    device: options.device,
  })
  const produced: ProducedSet[] = [[{ kind: 'engine', path: out, name: 'model.engine' }]]
  if (options.timingCache !== null) {
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
    readBacks: reply.readBacks,
    layers: reply.layers,
    buildSeconds: reply.seconds,
    bytes: reply.bytes,
    phases: reply.phases,
    runsHere: here.runsHere,
    runsHereReason: here.reason,
    trtexec: trtexecLine(flavour, options, profiles, basename(onnx)),
  }
  reportDeviations(card, reply.warnings, context)
  return { produced, card }
}

/** What was built is not what was asked, or the builder left something out: said, never silent. */
function reportDeviations(card: BuildCard, warnings: readonly string[], context: StageContext): void {
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
  const skipped = warnings.filter((warning) => /skipping tactic/i.test(warning))
  if (skipped.length > 0) {
    context.report(
      makeFinding(
        'TACTICS_SKIPPED',
        'warning',
        `The builder skipped ${skipped.length} tactics, most often for lack of GPU memory: the engine may be slower than it could be.`,
        'Close what else uses the GPU, or allow a larger workspace, and build again.',
        { warnings: skipped.slice(0, 20) },
      ),
    )
  }
}
