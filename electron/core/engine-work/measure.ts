import { performance } from 'node:perf_hooks'
import type { Statistics } from '../../../contract/engine-work'
import type { Core } from '../api'
import { notHere } from '../engines/not-here'
import { nativeRunOptions, type RunAsk } from '../engines/run-options'
import { EnginesmithError } from '../errors'
import type { Tell } from './built'
import { withGpuLane } from '../store/gpu-lane'
import { emptyTime } from './empty'
import { incompatible, readyFor, type EngineSubject } from './open'
import { timeDefaults, timeEngine, timingLane } from './time'

export interface Measured {
  device: string
  firstRunMs: number
  warmStartMs: number
  gpu: Statistics
  latency: Statistics
  throughput: number
  /** True where every output was zero. */
  zeros: boolean
}

/**
 * Opens an engine in a process that has done nothing yet, runs it twice, and times it.
 * @returns why that cannot be done on this machine, where it cannot
 */
export async function measureEngine(
  core: Pick<Core, 'bench' | 'toolchain' | 'settings' | 'dataFolder'> & Partial<Pick<Core, 'trust'>>,
  subject: EngineSubject,
  files: { inputs: string; outputs: string },
  { device, durationMs, weightBudget = null, runtimeCache = null }: { device: number | null; durationMs: number } & Partial<RunAsk>,
  { signal, tell }: { signal: AbortSignal; tell: Tell },
): Promise<{ measured: Measured; notRun: null } | { measured: null; notRun: string }> {
  const bench = core.bench()
  try {
    const services = { host: bench.host, toolchain: core.toolchain, settings: core.settings, dataFolder: core.dataFolder, trust: core.trust }
    const ready = await readyFor(services, subject, device, signal)
    const ask = { weightBudget, runtimeCache }
    // The first run is one of a machine that has compiled nothing, unless a cache is named: that of this machine stays out.
    const cold = { settings: () => ({ ...core.settings(), runtimeCache: false }), dataFolder: core.dataFolder }
    const runOptions = await nativeRunOptions(ask, ready.library, ready.device, cold)
    const run = async (): Promise<number> => {
      const begun = performance.now()
      const call = {
        library: ready.library,
        engine: subject.file.path,
        inputs: [files.inputs],
        outputs: [files.outputs],
        device: ready.device.index,
        hostCode: ready.hostCode,
        ...runOptions,
      }
      const { ran, reason } = await bench.host.call('engine.run', call, { signal })
      if (!ran) throw incompatible(subject, reason ?? 'the library gave no reason')
      return performance.now() - begun
    }
    const timed = emptyTime()
    const { firstRunMs, warmStartMs } = await withGpuLane(
      timingLane(services, ready.device.index, { signal, tell }, () => undefined),
      async () => {
        const started = { firstRunMs: await run(), warmStartMs: await run() }
        const quiet = { signal, tell: () => undefined, alone: true }
        await timeEngine(services, subject, { ...timeDefaults, ...ask, device: ready.device.index, durationMs, cudaGraph: 'off' }, timed, quiet)
        return started
      },
    )
    const row = timed.rows[0]
    if (row === undefined) throw new Error('An engine was timed and gave no times')
    const zeros = timed.findings.some(({ code }) => code === 'REFIT_ALL_ZERO')
    const { gpu, latency, throughput } = row
    return { measured: { device: ready.device.name, firstRunMs, warmStartMs, gpu, latency, throughput, zeros }, notRun: null }
  } catch (error) {
    if (error instanceof EnginesmithError && notHere.has(error.code)) return { measured: null, notRun: error.message }
    throw error
  } finally {
    await bench.dispose()
  }
}
