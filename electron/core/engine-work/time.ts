import type { TimeDocument, TimingRow, WorkProgress } from '../../../contract/engine-work'
import type { NativeResult } from '../../../contract/native'
import type { Profile } from '../../../contract/tensor'
import type { Core } from '../api'
import { throwIfCancelled } from '../cancelled'
import { nativeRunOptions, refuseRunOptions, runFindings } from '../engines/run-options'
import { makeFinding } from '../errors'
import { withGpuLane, type GpuLaneRequest } from '../store/gpu-lane'
import { incompatible, readyFor, zeroFinding, type EngineSubject } from './open'
import { bestOf, histogramOf, statisticsOf, warningsOf } from './statistics'

export interface TimeOptions {
  device: number | null
  profile: number
  /** Sizes of inputs; the rest is at the profile's opt. */
  shapes: Array<{ name: string; shape: number[] }>
  warmUpMs: number
  durationMs: number
  iterations: number
  cudaGraph: 'on' | 'off' | 'both'
  overlap: boolean
  /** Several batch sizes of the profile. */
  sweep: boolean
  latencyLimitMs: number | null
  /** As the recipe's options of Validate. */
  weightBudget: string | null
  runtimeCache: string | null
}

export const timeDefaults: TimeOptions = {
  device: null,
  profile: 0,
  shapes: [],
  warmUpMs: 200,
  durationMs: 3000,
  iterations: 10,
  cudaGraph: 'both',
  overlap: true,
  sweep: false,
  latencyLimitMs: null,
  weightBudget: null,
  runtimeCache: null,
}

type Timed = NonNullable<NativeResult<'engine.time'>['result']>

/** Times an engine, with its GPU to itself, which a caller may have seen to (`alone`); `tell` hears which measurement comes next. Fills `document` as it goes, so that a cancelled call still has its rows. */
export async function timeEngine(
  core: Pick<Core, 'host' | 'toolchain' | 'settings' | 'dataFolder'> & Partial<Pick<Core, 'trust'>>,
  subject: EngineSubject,
  options: TimeOptions,
  document: TimeDocument,
  { signal, tell, alone = false }: { signal: AbortSignal; tell: (progress: WorkProgress) => void; alone?: boolean },
): Promise<void> {
  refuseRunOptions(subject.flavour, options, subject.run?.recipe.build.weightStreaming ?? null)
  const { library, hostCode, device, driver } = await readyFor(core, subject, options.device, signal)
  document.device = device
  document.library = { flavour: library.flavour, version: library.version }
  document.latencyLimitMs = options.latencyLimitMs
  const described = await core.host.call('engine.describe', { library, engine: subject.file.path, device: device.index, hostCode }, { signal })
  if (described.engine === null) throw incompatible(subject, described.reason ?? 'the library gave no reason')
  const profile = described.engine.profiles[options.profile] ?? []
  const shapeSets = options.sweep ? sweepOf(profile, options.shapes) : [options.shapes]
  const graphs = options.cudaGraph === 'both' ? [false, true] : [options.cudaGraph === 'on']
  const runOptions = await nativeRunOptions(options, library, device, core)
  const plan = shapeSets.flatMap((shapes) => graphs.map((cudaGraph) => ({ shapes, cudaGraph })))
  const measure = async (): Promise<void> => {
    for (const [index, { shapes, cudaGraph }] of plan.entries()) {
      throwIfCancelled(signal)
      const detail = shapes.map(({ name, shape }) => `${name} ${shape.join('x')}`).join(', ')
      tell({ phase: cudaGraph ? 'time-graph' : 'time', detail, fraction: index / plan.length })
      const { warmUpMs, durationMs, iterations, overlap } = options
      const { result, reason } = await core.host.call(
        'engine.time',
        {
          library,
          engine: subject.file.path,
          device: device.index,
          hostCode,
          ...runOptions,
          profile: options.profile,
          shapes,
          warmUpMs,
          durationMs,
          iterations,
          cudaGraph,
          overlap,
          profiledRuns: 0,
        },
        { signal },
      )
      if (result === null) throw incompatible(subject, reason ?? 'the library gave no reason')
      document.conditions ??= { warmUpMs, durationMs, iterations, driver, before: result.before, after: result.after }
      document.conditions.after = result.after
      if (document.engineUse === null) {
        document.engineUse = { weightStreaming: result.weightStreaming, runtimeCache: result.runtimeCache }
        document.findings.push(...runFindings(document.engineUse))
      }
      const zero = zeroFinding(result.zeroOutputs, result.outputs, 'time')
      if (zero !== null && document.findings.every(({ code }) => code !== zero.code)) document.findings.push(zero)
      if (result.plainReason !== null && document.rows.length === 0) document.findings.push(noOverlap(result.plainReason))
      if (result.graphRefusal !== null) document.findings.push(noGraph(result.graphRefusal))
      if (cudaGraph && result.graphRefusal !== null && graphs.length > 1) continue
      document.rows.push(rowOf(result, options.profile, profile, cudaGraph && result.graphRefusal === null))
    }
  }
  const lane = timingLane(core, device.index, { signal, tell }, (reason) => void document.findings.push(notAlone(reason)))
  await (alone ? measure() : withGpuLane(lane, measure))
  document.best = bestOf(document.rows, options.latencyLimitMs)
  const said = new Set(document.rows.flatMap((row) => row.warnings))
  if (said.size > 0) document.findings.push(timingFinding([...said]))
  if (document.conditions?.before.smClock === null) document.findings.push(noClocks())
}

function rowOf(timed: Timed, profileIndex: number, profile: Profile, cudaGraph: boolean): TimingRow {
  const gpu = statisticsOf(timed.gpu)
  const h2d = statisticsOf(timed.h2d)
  const d2h = statisticsOf(timed.d2h)
  const enqueue = statisticsOf(timed.enqueue)
  const dynamic = profile.find((input) => input.min[0] !== input.max[0])
  return {
    profile: profileIndex,
    shapes: timed.shapes,
    batch: dynamic === undefined ? null : (timed.shapes[dynamic.name]?.[0] ?? null),
    cudaGraph,
    iterations: timed.gpu.length,
    gpu,
    host: statisticsOf(timed.host),
    h2d,
    d2h,
    enqueue,
    latency: statisticsOf(timed.gpu.map((ms, index) => ms + timed.h2d[index]! + timed.d2h[index]!)),
    throughput: (timed.gpu.length / timed.wallMs) * 1000,
    histogram: histogramOf(timed.gpu),
    warnings: warningsOf({ gpu, h2d, d2h, enqueue }),
  }
}

/** Powers of two between the profile's bounds and the bounds themselves, for every input whose first size moves. */
export function sweepOf(profile: Profile, fixed: TimeOptions['shapes']): Array<TimeOptions['shapes']> {
  const moving = profile.filter(({ min, max }) => min.length > 0 && min[0] !== max[0])
  if (moving.length === 0) return [fixed]
  const least = Math.max(1, ...moving.map(({ min }) => min[0] ?? 1))
  const most = Math.min(...moving.map(({ max }) => max[0] ?? 1))
  const sizes = [least]
  for (let size = 1; size < most; size *= 2) if (size > least) sizes.push(size)
  if (most > least) sizes.push(most)
  const named = (name: string): number[] | undefined => fixed.find((input) => input.name === name)?.shape
  return sizes.map((size) => [
    ...fixed.filter(({ name }) => moving.every((input) => input.name !== name)),
    ...moving.map(({ name, opt }) => ({ name, shape: [size, ...(named(name) ?? opt).slice(1)] })),
  ])
}

const noGraph = (reason: string): ReturnType<typeof makeFinding> =>
  makeFinding('TIMING_NOT_AS_ASKED', 'info', `No CUDA graph could be made: ${reason}.`, 'Compare the row without one; nothing is wrong with the engine.', {
    reason,
  })

const noOverlap = (reason: string): ReturnType<typeof makeFinding> =>
  makeFinding('TIMING_NOT_AS_ASKED', 'info', `Copies were not overlapped: ${reason}.`, 'Close what else uses the GPU, or time a smaller batch.', { reason })
/** What it takes to measure on a GPU that nothing else builds or measures on. */
export function timingLane(
  { host, dataFolder }: Pick<Core, 'host' | 'dataFolder'>,
  device: number | null,
  { signal, tell }: { signal: AbortSignal; tell: (progress: WorkProgress) => void },
  onUnguarded: (reason: string) => void,
): GpuLaneRequest {
  return { host, dataFolder, device, work: 'time', signal, onWait: ({ detail }) => tell({ phase: 'wait', detail, fraction: null }), onUnguarded }
}

const notAlone = (reason: string): ReturnType<typeof makeFinding> =>
  makeFinding(
    'TIMING_UNRELIABLE',
    'warning',
    reason,
    'Make the data folder writable, so that builds and measurements take turns; see that nothing else uses the GPU.',
    {
      reason,
    },
  )

const noClocks = (): ReturnType<typeof makeFinding> =>
  makeFinding(
    'TIMING_NOT_AS_ASKED',
    'info',
    'Clocks, temperature and power are not known: NVML is not here or does not tell.',
    'Watch them with nvidia-smi while you time, or install the NVIDIA driver in full.',
  )

function timingFinding(warnings: ReadonlyArray<TimingRow['warnings'][number]>): ReturnType<typeof makeFinding> {
  const words = {
    'enqueue-bound': 'starting a run takes longer than the run (try a CUDA graph)',
    'transfer-bound': 'copying takes longer than computing',
    unstable: 'GPU times vary by more than 2.5 % of their mean',
  }
  return makeFinding(
    'TIMING_UNRELIABLE',
    'warning',
    `Read the times with care: ${warnings.map((name) => words[name]).join('; ')}.`,
    'Lock the clocks (nvidia-smi -lgc), stop what else uses the GPU, or time longer with --duration.',
    { warnings: [...warnings] },
  )
}
