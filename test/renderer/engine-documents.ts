import type { DrillDocument, DrillStep } from '../../contract/engine-sheet'
import type { ShownEngine } from '../../contract/engine-ipc'
import type { LayersDocument, TimeDocument, TimedLayer, TimingRow } from '../../contract/engine-work'
import { emptyStep, overFull, verdictOfSteps } from '../../electron/core/engine-work/drill-figures'
import { emptyDrill } from '../../electron/core/engine-work/empty'
import { groupsOf, withTimes } from '../../electron/core/engine-work/layers'
import { bestOf, histogramOf, statisticsOf, warningsOf } from '../../electron/core/engine-work/statistics'

/** Documents as the core makes them, from the core's own arithmetic over numbers that are stated here. */

export const file = { path: '/runs/r1/artifacts/ab/model.engine', sha256: 'ab'.repeat(32), bytes: 4 * 1024 * 1024 }

export const shownEngine = (more: Partial<ShownEngine> = {}): ShownEngine => ({
  path: '/runs/r1',
  file,
  flavour: 'tensorrt',
  version: '10.6.0.26',
  targets: ['sm90'],
  runsHere: 'yes',
  reason: 'It was built for sm90, and a GPU here is sm90.',
  run: { id: 'r1', folder: '/runs/r1', name: '/models/net.onnx' },
  onnx: '/runs/r1/artifacts/cd/model.onnx',
  ...more,
})

/** A chain of layers with a branch over every fourth, as residual networks have it. */
export function layersOf(count: number): LayersDocument {
  const plain = Array.from({ length: count }, (_, index) => ({
    name: `conv_${index} + relu_${index}`,
    type: index % 4 === 3 ? 'ElementWise' : 'CaskConvolution',
    precision: index % 3 === 0 ? 'Half' : 'Float',
    tactic: `sm90_xmma_fprop_${index % 7}`,
    onnxNodes: [`/layer/conv_${index}`, `/layer/relu_${index}`],
    inputs: index === 0 ? ['image'] : [`t${index - 1}`, ...(index % 4 === 3 ? [`t${index - 3}`] : [])],
    outputs: [index === count - 1 ? 'logits' : `t${index}`],
  }))
  const layers: TimedLayer[] = withTimes(
    plain,
    plain.map(({ name }, index) => ({ name, ms: [0.01 * ((index % 9) + 1)] })),
  )
  return { engine: file, source: 'engine', profiledRuns: 20, layers, groups: groupsOf(layers), findings: [] }
}

/** 200 runs around `ms`, spread evenly by a tenth of it. */
const around = (ms: number): number[] => Array.from({ length: 200 }, (_, index) => ms * (0.95 + (0.1 * index) / 199))

function timed(batch: number, cudaGraph: boolean): TimingRow {
  const times = { gpu: around(0.4 + 0.05 * batch), h2d: around(0.02 * batch), d2h: around(0.005), enqueue: around(cudaGraph ? 0.02 : 0.5) }
  const of = { gpu: statisticsOf(times.gpu), h2d: statisticsOf(times.h2d), d2h: statisticsOf(times.d2h), enqueue: statisticsOf(times.enqueue) }
  const latency = statisticsOf(times.gpu.map((ms, index) => ms + times.h2d[index]! + times.d2h[index]!))
  return {
    ...{ profile: 0, shapes: { x: [batch, 3, 32, 32] }, batch, cudaGraph, iterations: 200, ...of, host: latency, latency },
    ...{ throughput: 1000 / Math.max(of.gpu.mean, of.enqueue.mean), histogram: histogramOf(times.gpu), warnings: warningsOf(of) },
  }
}

export function timesOf(batches: readonly number[], latencyLimitMs: number | null): TimeDocument {
  const rows = batches.flatMap((batch) => [timed(batch, false), timed(batch, true)])
  return {
    engine: file,
    device: { index: 0, name: 'NVIDIA H100 80GB HBM3', computeCapability: '9.0' },
    library: { flavour: 'tensorrt', version: '10.6.0.26' },
    conditions: {
      ...{ warmUpMs: 200, durationMs: 3000, iterations: 10, driver: '580.159.04' },
      before: { smClock: 1980, memoryClock: 2619, temperature: 33, power: 121 },
      after: { smClock: 1980, memoryClock: 2619, temperature: 41, power: 310 },
    },
    engineUse: {
      weightStreaming: { streamable: 256 * 1024 ** 2, requested: 128 * 1024 ** 2, budget: 128 * 1024 ** 2, scratch: 1024 ** 2 },
      runtimeCache: null,
    },
    ...{ rows, best: bestOf(rows, latencyLimitMs), latencyLimitMs, findings: [] },
  }
}

/** A drill of all five steps on a GPU; `more` lies over a step by its name. */
export function drillOf(more: Partial<Record<DrillStep['step'], Partial<DrillStep>>> = {}): DrillDocument {
  const flags = { flagsWith: ['INCLUDE_REFIT'], flagsWithout: ['EXCLUDE_WEIGHTS', 'INCLUDE_REFIT'] }
  const refitted = { bytesWith: 131_401_236, bytesWithout: 5_729_724, weights: { set: 61, total: 61 }, ...flags, gpuMs: 2.79, latencyMs: 2.945 }
  const right = { zeros: false, verdict: 'pass' as const }
  const given: Record<DrillStep['step'], Partial<DrillStep>> = {
    full: { seconds: 21.4, bytesWith: 131_220_772, gpuMs: 2.77, latencyMs: 2.92, ...right },
    stripped: { seconds: 23.9, bytesWithout: 5_727_148, gpuMs: 2.76, latencyMs: 2.91, zeros: true, verdict: 'fail' },
    refit: { seconds: 0.26, ...refitted, ...right },
    again: { seconds: 0.25, ...refitted, ...right },
    checkpoint: { seconds: 0.27, ...refitted, gpuMs: 2.801, latencyMs: 2.96, ...right },
  }
  const steps = (['full', 'stripped', 'refit', 'again', 'checkpoint'] as const).map((name) => ({
    ...emptyStep(name),
    engine: file,
    ...given[name],
    ...more[name],
  }))
  for (const step of steps) step.ofFull = overFull(step, steps)
  const about = { onnx: file, checkpoint: file, backend: 'tensorrt' as const, version: '10.14.1.48', device: 'NVIDIA H100 80GB HBM3' }
  return { ...emptyDrill(), ...about, steps, verdict: verdictOfSteps(steps) }
}
