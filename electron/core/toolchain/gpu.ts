import type { DoctorDocument, Gpu } from '../../../contract/environment'
import type { Finding, RemedyAction } from '../../../contract/finding'
import { EnginesmithError } from '../errors'

type Named = ReadonlyArray<Pick<Gpu, 'name' | 'computeCapability'>>

/** What may name a GPU: a flag or the recipe, by the path of its option, or neither; and the settings of this machine. */
export interface GpuWish {
  named: number | null
  /** Dotted path into the recipe of what names it, so that it can be taken back; absent where that is a flag of the call. */
  path?: 'build.device' | 'validate.device'
  /** Of this machine's settings. */
  setting: number | null
}

/**
 * THE place that says which GPU work goes to: the one that a flag or the recipe names, else that of the settings.
 * @returns its index; null where neither names one (the first), or where the settings name one and there is none at all
 * @throws EnginesmithError GPU_MISSING where there are GPUs, but not that one
 */
export function chooseGpu({ named, path, setting }: GpuWish, gpus: Named): number | null {
  // A machine without any says so where one is needed, in words of its own.
  if (gpus.length === 0) return named
  const chosen = named ?? setting
  if (chosen !== null && gpus[chosen] === undefined) throw gpuGone(chosen, gpus, named === null ? 'settings' : (path ?? null))
  return chosen
}

/** What `doctor` says of it: the GPU that is used where nothing else is said, and a warning where that one is gone. */
export function usedGpu(setting: number | null, gpus: DoctorDocument['gpus']): { device: number | null; findings: Finding[] } {
  if (gpus.length === 0) return { device: null, findings: [] }
  const device = setting ?? 0
  if (gpus[device] !== undefined) return { device, findings: [] }
  return { device: null, findings: [{ ...gpuGone(device, gpus, 'settings').toFinding(), severity: 'warning' }] }
}

/** Takes back what names a GPU in the recipe. */
const unname = {
  'build.device': { kind: 'set-option', label: 'Use the GPU of this machine', path: 'build.device', value: null },
  'validate.device': { kind: 'set-option', label: 'Use the GPU of this machine', path: 'validate.device', value: null },
} as const satisfies Record<string, RemedyAction>

function gpuGone(device: number, gpus: Named, by: 'settings' | 'build.device' | 'validate.device' | null): EnginesmithError {
  const here = gpus.map(({ name, computeCapability }, index) => `${index} ${name} (${computeCapability})`)
  if (by === 'settings') {
    return new EnginesmithError(
      'GPU_MISSING',
      `The settings of this machine choose GPU ${device}, which is not here. There are: ${here.join(', ')}.`,
      'Choose another GPU in Settings or Toolchain, or name one for this call by --device.',
      { device, gpus: here, setting: true },
      [{ kind: 'open-toolchain', label: 'Choose a GPU' }],
    )
  }
  return new EnginesmithError(
    'GPU_MISSING',
    `There is no GPU ${device} here. There are: ${here.join(', ')}.`,
    'Name one of these (--device), or none.',
    { device, gpus: here },
    by === null ? [] : [unname[by]],
  )
}
