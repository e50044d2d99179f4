import type { RemedyAction } from '../../../contract/finding'
import type { BuildOptions } from '../../../contract/recipe'
import { EnginesmithError } from '../errors'

interface Cause {
  /** The option that brought it about, by its name in the recipe. */
  option: 'workspace' | 'tacticSharedMemory' | 'targets'
  /** The library's own words for it. */
  says: RegExp
  remedy: string
  value: string | number
  actions: RemedyAction[]
}

/** What of the options can end a build, in the words that TensorRT 10 and TensorRT-RTX 1.7 have for it. */
function causes({ workspace, tacticSharedMemory, targets }: BuildOptions): Cause[] {
  const list: Cause[] = []
  if (workspace !== null) {
    list.push({
      option: 'workspace',
      says: /within workspace limit|due to insufficient workspace|increas\w+ the (allowed )?workspace/i,
      remedy: `A layer needs more memory than the workspace of ${workspace} MiB: give --workspace more, or leave it out, and the builder may use all there is.`,
      value: workspace,
      actions: [{ kind: 'set-option', label: 'Limit no workspace', path: 'build.workspace', value: null }],
    })
  }
  if (tacticSharedMemory !== null) {
    list.push({
      option: 'tacticSharedMemory',
      says: /tacticMaxShmemSize|shared memory/i,
      remedy: `The library needs more shared memory than ${tacticSharedMemory} KiB: give --tactic-shared-memory more (48 is usual), or leave it out.`,
      value: tacticSharedMemory,
      actions: [{ kind: 'set-option', label: 'Limit no shared memory', path: 'build.tacticSharedMemory', value: null }],
    })
  }
  if (targets.includes('sm75')) {
    const others = targets.filter((target) => target !== 'sm75')
    list.push({
      option: 'targets',
      says: /for Turing \(SM75\)/i,
      remedy:
        others.length > 0
          ? 'Turing (sm75) does not compute this operation in its type: leave sm75 out of the targets, or write FP16 into the graph (--graph-precision fp16).'
          : 'Turing (sm75) does not compute this operation in its type: write FP16 into the graph (--graph-precision fp16), or build for a newer GPU.',
      value: targets.join(','),
      actions: others.length > 0 ? [{ kind: 'set-option', label: 'Leave sm75 out', path: 'build.targets', value: others }] : [],
    })
  }
  return list
}

/** A failed build that an option brought about, with the way out of it; any other error as it is. */
export function blameOptions(error: unknown, options: BuildOptions): unknown {
  if (!(error instanceof EnginesmithError) || error.code !== 'BUILD_FAILED') return error
  const cause = causes(options).find(({ says }) => says.test(error.message))
  if (cause === undefined) return error
  const { option, value, remedy, actions } = cause
  return new EnginesmithError(error.code, error.message, remedy, { ...error.evidence, option, [option]: value }, actions, { cause: error })
}
