import type { LayersDocument } from '../../../contract/engine-work'
import type { Core } from '../api'
import { notHere } from '../engines/not-here'
import { EnginesmithError, isAbort, makeFinding } from '../errors'
import { withGpuLane } from '../store/gpu-lane'
import type { Tell } from './built'
import { groupsOf, withTimes } from './layers'
import { incompatible, readyFor, zeroFinding, type EngineSubject } from './open'
import { timingLane } from './time'

export interface LayersOptions {
  device: number | null
  profile: number
  shapes: Array<{ name: string; shape: number[] }>
  profiledRuns: number
}

export const layersDefaults: LayersOptions = { device: null, profile: 0, shapes: [], profiledRuns: 20 }

/**
 * The layers of an engine with their times, where a GPU here runs it; else those that its run folder keeps, without times.
 * @throws EnginesmithError as readyFor does, where neither is to be had
 */
export async function listLayers(
  core: Pick<Core, 'host' | 'toolchain' | 'settings' | 'dataFolder'>,
  subject: EngineSubject,
  options: LayersOptions,
  call: { signal: AbortSignal; tell: Tell },
): Promise<LayersDocument> {
  try {
    return await fromEngine(core, subject, options, call)
  } catch (error) {
    if (isAbort(error) || !(error instanceof EnginesmithError) || !notHere.has(error.code)) throw error
    const kept = subject.run?.cards.build?.layers ?? null
    if (kept === null) throw error
    const layers = withTimes(kept, [])
    const finding = makeFinding(
      'LAYERS_NOT_TIMED',
      'info',
      `The layers are those that the build wrote down, without times: ${error.message}`,
      'List them again on a GPU that runs the engine to have times.',
      { reason: error.message },
    )
    return { engine: subject.file, source: 'run', profiledRuns: 0, layers, groups: groupsOf(layers), findings: [finding] }
  }
}

async function fromEngine(
  core: Pick<Core, 'host' | 'toolchain' | 'settings' | 'dataFolder'>,
  subject: EngineSubject,
  options: LayersOptions,
  call: { signal: AbortSignal; tell: Tell },
): Promise<LayersDocument> {
  const { signal } = call
  const { library, hostCode, device } = await readyFor(core, subject, options.device, signal)
  const { result, reason } = await withGpuLane(
    timingLane(core, device.index, call, () => undefined),
    async () =>
      core.host.call(
        'engine.time',
        {
          library,
          engine: subject.file.path,
          hostCode,
          ...options,
          device: device.index,
          warmUpMs: 200,
          durationMs: 0,
          iterations: 0,
          cudaGraph: false,
          overlap: false,
        },
        { signal },
      ),
  )
  if (result === null) throw incompatible(subject, reason ?? 'the library gave no reason')
  const layers = withTimes(result.layers ?? [], result.layerTimes)
  const zero = zeroFinding(result.zeroOutputs, result.outputs, 'layers')
  return {
    engine: subject.file,
    source: 'engine',
    profiledRuns: options.profiledRuns,
    layers,
    groups: groupsOf(layers),
    findings: zero === null ? [] : [zero],
  }
}
