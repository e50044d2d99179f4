import type { Core } from '../../../core/api'
import type { OpenBatches } from '../../app/open-batches'
import type { CommandName } from '../../../../contract/ipc'
import type { Handlers } from '../register'

export interface BatchDeps {
  core: () => Promise<Core>
  batches: OpenBatches
  /** Asks where to save; null where the person closed the dialog. */
  askSave: (suggested: string) => Promise<string | null>
}

const endings = { csv: '.csv', json: '.json', junit: '.xml', html: '.html', plan: '.plan.json' } as const

export function batchHandlers({ core, batches, askSave }: BatchDeps): Pick<Handlers, Extract<CommandName, `batch.${string}`> | 'recipe.read'> {
  return {
    'batch.create': ({ paths }) => batches.create(paths),
    'batch.open': ({ folder }) => batches.open(folder),
    'batch.get': ({ id }) => batches.get(id).snapshot(),
    'batch.list': () => batches.list(),
    'batch.add': ({ id, paths }) => batches.add(id, paths),
    'batch.cancelLooking': () => {
      batches.cancelLooking()
      return {}
    },
    'batch.edit': async ({ id, rows, edit }) => ({ rows: await batches.edit(id, rows, edit) }),
    'batch.configure': async ({ id, ...change }) => {
      await batches.get(id).configure(change)
      return {}
    },
    'batch.order': async ({ id, order }) => {
      await batches.get(id).setOrder(order)
      return {}
    },
    'batch.act': async ({ id, action, rows }) => {
      const batch = batches.get(id)
      if (action === 'start') await batches.start(id)
      else if (action === 'pause') await batch.pause()
      // The rows say themselves when they have stopped; waiting here would only hold the button.
      else if (action === 'stop') void batch.stop()
      else if (action === 'retry') await batch.retry(rows)
      else if (action === 'trust') await batches.trust(id, rows)
      else for (const row of rows) await batch.cancelRow(row)
      return {}
    },
    'batch.export': async ({ id, format }) => {
      const snapshot = batches.get(id).snapshot()
      const target = await askSave(`${snapshot.name || 'batch'}${endings[format]}`)
      if (target === null) return { path: null }
      if (format === 'plan') {
        const { writePlan } = await import('../../../core/batch/plan-file')
        await writePlan(target, snapshot, snapshot.rows)
      } else {
        const { renderBatch } = await import('../../../core/report/batch')
        const { writeAtomic } = await import('../../../core/files/write')
        await writeAtomic(target, [Buffer.from(renderBatch(format, snapshot, (await core()).settings().language), 'utf8')])
      }
      return { path: target }
    },
    'recipe.read': async ({ path }) => (await import('../../../core/store/recipes')).readRecipe(path),
  }
}
