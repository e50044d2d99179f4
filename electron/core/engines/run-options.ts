import type { Backend } from '../../../contract/engine'
import type { Finding } from '../../../contract/finding'
import type { Library, NativeParams } from '../../../contract/native'
import type { ValidateOptions } from '../../../contract/recipe'
import type { AskedBudget, EngineUse, RuntimeCacheUse, WeightStreaming } from '../../../contract/run-options'
import type { StageServices } from '../pipeline/stage'
import { EnginesmithError, makeFinding } from '../errors'
import { machineCache } from './machine-cache'

/** What of the recipe says how an engine is run. */
export type RunAsk = Pick<ValidateOptions, 'weightBudget' | 'runtimeCache'>

const units = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const

/** A weight budget as the recipe and the flag write it, in numbers. */
export function budgetFrom(text: string): AskedBudget {
  if (text === 'auto') return { kind: 'automatic', value: 0 }
  if (text.endsWith('%')) return { kind: 'share', value: Number(text.slice(0, -1)) / 100 }
  const unit = (Object.keys(units) as Array<keyof typeof units>).findLast((name) => text.endsWith(name)) ?? 'B'
  return { kind: 'bytes', value: Math.round(Number(text.replace(unit, '')) * units[unit]) }
}

/**
 * Says no to what can be seen not to go before a GPU is asked.
 * @param streams whether the engine was built for weight streaming; null where that is not known
 * @throws EnginesmithError RUN_OPTION_UNSUPPORTED
 */
export function refuseRunOptions(backend: Backend, ask: RunAsk, streams: boolean | null): void {
  const streaming = backend === 'tensorrt' || backend === 'tensorrt-rtx'
  if (ask.weightBudget !== null && (!streaming || streams === false)) {
    throw new EnginesmithError(
      'RUN_OPTION_UNSUPPORTED',
      streaming
        ? 'The weight budget cannot be kept: the engine was not built for weight streaming.'
        : `The weight budget cannot be kept: ${backend} does not stream weights.`,
      'Build the engine with --weight-streaming, which takes a strongly typed network, or run it without a budget.',
      { option: 'weightBudget', backend },
      [{ kind: 'set-option', label: 'Run without a budget', path: 'validate.weightBudget', value: null }],
    )
  }
  if (ask.runtimeCache !== null && backend !== 'tensorrt-rtx') {
    throw new EnginesmithError(
      'RUN_OPTION_UNSUPPORTED',
      `There is no runtime cache: ${backend} compiles nothing while an engine runs.`,
      'Leave the runtime cache out; TensorRT-RTX alone has one.',
      { option: 'runtimeCache', backend },
      [{ kind: 'set-option', label: 'Run without a runtime cache', path: 'validate.runtimeCache', value: null }],
    )
  }
}

/** Both options as the engine host takes them. The runtime cache: the file that was named, else this machine's own, where the setting has it on. */
export async function nativeRunOptions(
  ask: RunAsk,
  library: Library,
  gpu: { name: string; computeCapability: string } | undefined,
  services: Pick<StageServices, 'settings' | 'dataFolder'>,
): Promise<Pick<NativeParams<'engine.run'>, 'weightBudget' | 'runtimeCache'>> {
  const weightBudget = ask.weightBudget === null ? null : budgetFrom(ask.weightBudget)
  if (ask.runtimeCache !== null) return { weightBudget, runtimeCache: { path: ask.runtimeCache, owned: false } }
  if (library.flavour !== 'tensorrt-rtx' || gpu === undefined || !services.settings().runtimeCache) return { weightBudget, runtimeCache: null }
  return { weightBudget, runtimeCache: { path: await machineCache(services.dataFolder, 'runtime-caches', library, gpu), owned: true } }
}

const mebibytes = (bytes: number): string => `${(bytes / units.MiB).toFixed(1)} MiB`

/** What differs from what was asked. */
export function runFindings({ weightStreaming, runtimeCache }: EngineUse): Finding[] {
  return [...(weightStreaming === null ? [] : budgetFindings(weightStreaming)), ...(runtimeCache === null ? [] : cacheFindings(runtimeCache))]
}

function budgetFindings({ streamable, requested, budget, scratch }: WeightStreaming): Finding[] {
  if (requested === null || requested === budget) return []
  const all = budget >= streamable
  return [
    makeFinding(
      'WEIGHT_BUDGET_CHANGED',
      'info',
      `A weight budget of ${mebibytes(requested)} was asked for, ${mebibytes(budget)} is what holds: ${all ? `the engine has ${mebibytes(streamable)} to stream, and all of it stays on the GPU` : 'the library changed it'}.`,
      'Nothing has to be done; ask for less where weights are to be streamed.',
      { requestedBytes: requested, budgetBytes: budget, streamableBytes: streamable, scratchBytes: scratch },
    ),
  ]
}

function cacheFindings({ path, state, reason }: RuntimeCacheUse): Finding[] {
  if (reason === null) return []
  const then = {
    new: 'it was made',
    reused: 'it was used',
    replaced: 'it was begun anew',
    refused: 'it was neither used nor written',
    unwritten: 'what was compiled is not kept',
  }[state]
  return [
    makeFinding(
      'RUNTIME_CACHE_UNUSABLE',
      'warning',
      `The runtime cache ${path} could not be used as it is (${reason}): ${then}.`,
      state === 'replaced' ? 'Nothing has to be done.' : 'Name another file, or none for the one of this machine.',
      { path, state, reason },
    ),
  ]
}
