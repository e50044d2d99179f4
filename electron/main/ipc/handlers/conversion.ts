import { resolve } from 'node:path'
import { EnginesmithError } from '../../../core/errors'
import type { Core, RunHandle } from '../../../core/api'
import { endings } from '../../../core/pipeline/copies/make-copy'
import { refuseTarget } from '../../../core/pipeline/copies/targets'
import type { OpenRuns } from '../../app/open-runs'
import type { Handlers } from '../register'

export interface ConversionDeps {
  core: () => Promise<Core>
  runs: OpenRuns
  /** Asks where to save; null where the person closed the dialog. The dialog itself asks before a file is replaced. */
  askSave: (suggested: string) => Promise<string | null>
}

/** What Convert gives beside its stage: the parser's word on the ONNX, and the model as another kind of file. */
export function conversionHandlers({ core, runs, askSave }: ConversionDeps): Pick<Handlers, 'run.ready' | 'run.saveCopy'> {
  return {
    'run.ready': async ({ id }) => {
      const handle = await runs.get(id)
      const path = onnxOf(handle)
      return path === null ? null : (await core()).ready({ file: { path, format: 'onnx' }, backend: nvidiaOf(handle) })
    },
    'run.saveCopy': async ({ id, target }) => {
      const { input } = (await runs.get(id)).snapshot()
      refuseTarget(input.format, target)
      const name = (input.path.split(/[\\/]/).at(-1) ?? '').replace(/\.[^.]+$/, '') || 'model'
      const path = await askSave(`${name}.${endings[target]}`)
      if (path === null) return { path }
      if (resolve(path) === resolve(input.path)) {
        throw new EnginesmithError('OUT_EXISTS', 'The copy would replace the file that it is made of.', 'Choose another name for it.', { path })
      }
      await runs.saveCopy(id, { target, path })
      return { path }
    },
  }
}

/** The ONNX file of a run: what Convert made, or the source itself. */
function onnxOf(handle: RunHandle): string | null {
  const { stages, input } = handle.snapshot()
  const made = stages.convert.artifacts.find(({ kind }) => kind === 'onnx')
  if (made !== undefined) return handle.artifactPath(made)
  return input.format === 'onnx' ? input.path : null
}

/** The library that the recipe builds with; null where it names none, or one that is not NVIDIA's. */
function nvidiaOf(handle: RunHandle): 'tensorrt' | 'tensorrt-rtx' | null {
  const { backend } = handle.snapshot().recipe.build
  return backend === 'tensorrt' || backend === 'tensorrt-rtx' ? backend : null
}
