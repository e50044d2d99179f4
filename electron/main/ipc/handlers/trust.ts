import path from 'node:path'
import type { Core } from '../../../core/api'
import { EnginesmithError } from '../../../core/errors'
import { isolation } from '../../../core/trust/isolation'
import type { OpenRuns } from '../../app/open-runs'
import type { Handlers } from '../register'
import type { SendEvent } from '../send'

export interface TrustDeps {
  core: () => Promise<Core>
  runs: OpenRuns
  send: SendEvent
}

/**
 * Decisions on trust. One on a file names a run that is open, so that the page decides on a file that main knows, never
 * on a hash of its own; one on a class names the class, since a person may have typed it just now.
 */
export function trustHandlers({
  core,
  runs,
  send,
}: TrustDeps): Pick<Handlers, 'trust.list' | 'trust.isolation' | 'trust.allow' | 'trust.once' | 'trust.confirmClass' | 'trust.hostCode' | 'trust.revoke'> {
  const list = async () => ({ decisions: (await core()).trust.list() })
  const told = async () => {
    const now = await list()
    send('trust.changed', now)
    return now
  }
  return {
    'trust.list': list,
    'trust.isolation': () => isolation(),
    'trust.allow': async ({ id, names }) => {
      await (await core()).trust.allow((await runs.get(id)).snapshot().input, names)
      return told()
    },
    'trust.once': async ({ id }) => {
      const run = await runs.get(id)
      ;(await core()).trust.once(run.snapshot().input, run.folder)
      return told()
    },
    'trust.confirmClass': async (named) => {
      await (await core()).trust.confirmClass(named)
      ;(await core()).batches.settleAnew()
      return told()
    },
    'trust.hostCode': async ({ id }) => {
      const { input, stages } = (await runs.get(id)).snapshot()
      const built = stages.build.artifacts.find(({ kind }) => kind === 'engine')
      const sha256 = built?.sha256 ?? (input.format === 'engine' ? input.sha256 : null)
      if (sha256 === null) throw new EnginesmithError('USAGE', 'This run has no engine.', 'Build one first.', { id })
      await (await core()).trust.allowHostCode(sha256, built === undefined ? input.path : `${path.parse(input.path).name}.engine`)
      return told()
    },
    'trust.revoke': async ({ sha256 }) => {
      await (await core()).trust.revoke(sha256)
      ;(await core()).batches.settleAnew()
      return told()
    },
  }
}
