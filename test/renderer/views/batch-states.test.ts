import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CommandName } from '../../../contract/ipc'
import { recipeSchema } from '../../../contract/recipe'
import { setLocale } from '../../../renderer/i18n'
import { useBatch } from '../../../renderer/stores/batch'
import { useUi } from '../../../renderer/stores/ui'
import StatusBar from '../../../renderer/shell/StatusBar.vue'
import Interrupted from '../../../renderer/views/home/Interrupted.vue'
import { batchOf, batchRowOf, endedRow, junkRow } from '../batches'
import { mountBatch, type MountedBatch } from './mount-batch'

let view: MountedBatch
const has = (testid: string): boolean => view.wrapper.find(`[data-testid="${testid}"]`).exists()
const text = (testid: string): string => view.wrapper.get(`[data-testid="${testid}"]`).text()
const filters = (): Record<string, string> =>
  Object.fromEntries(
    view.wrapper.findAll('[data-testid^=batch-filter-]').map((one) => [one.attributes('data-testid')?.slice(13) ?? '', one.get('span').text()]),
  )
const segments = (): string[] => view.wrapper.findAll('.seg i').map((one) => one.classes().join(' '))

beforeEach(() => setLocale('en'))
afterEach(() => view.end())

describe('the states of a batch', () => {
  it('empty: says how to begin', async () => {
    view = await mountBatch(null)
    expect(view.wrapper.text()).toContain('No batch is open')
    expect(has('batch-choose')).toBe(true)
  })

  it('discovering: counts the files and can be stopped, which leaves no notice', async () => {
    view = await mountBatch(null)
    view.main.answer('batch.cancelLooking', () => ({}))
    let stop = (): void => undefined
    const refusal = { ok: false, error: { code: 'CANCELLED', message: 'Cancelled.', remedy: 'Begin again.', details: {}, findings: [] } }
    const looking = new Promise((resolve) => (stop = () => resolve(refusal)))
    const { invoke } = window.enginesmith
    Object.assign(window.enginesmith, {
      invoke: new Proxy(invoke, { get: (all, name: CommandName) => (name === 'batch.create' ? () => looking : all[name]) }),
    })
    const opened = useBatch().openPaths(['/models'])
    await flushPromises()
    expect(text('batch-looking')).toBe('Reading the folders…')
    view.main.send('batch.looking', { done: 120, total: 4000 })
    await flushPromises()
    expect(text('batch-looking')).toBe('120 of 4,000 files')
    await view.wrapper.get('[data-testid=batch-stop-looking]').trigger('click')
    expect(view.inputs('batch.cancelLooking')).toHaveLength(1)
    stop()
    await opened
    await flushPromises()
    expect(view.wrapper.text()).toContain('No batch is open')
    expect(useUi().notices).toEqual([])
  })

  it('plan: estimates, what needs an answer, and the start', async () => {
    const needs = batchRowOf('w.pt', { format: 'state-dict', needs: ['class'] })
    view = await mountBatch(batchOf([batchRowOf('a.onnx'), needs, junkRow('notes.txt')], { secondsLeft: 75 }))
    expect(filters()).toEqual({ all: '3', needs: '1', waiting: '1', skipped: '1' })
    expect(view.wrapper.text()).toContain('1 needs an answer first')
    expect(view.wrapper.text()).toContain('about 1:15 in all')
    expect(view.cell('w_pt', 'state').text()).toBe('Needs a class')
    expect(view.cell('notes_txt', 'state').text()).toBe('No model')
    await view.wrapper.get('[data-testid=batch-start]').trigger('click')
    expect(view.inputs('batch.act')).toEqual([{ id: 'b', action: 'start', rows: [] }])
    expect(has('batch-pause')).toBe(false)
  })

  it('plan: classes that nobody confirmed are shown with their arguments, confirmed, and what they refused is tried again', async () => {
    const named = (modelArgs: unknown) => recipeSchema.parse({ load: { model: 'nets:Small', modelArgs } })
    const finding = { code: 'LOAD_CLASS_UNCONFIRMED', severity: 'error', message: 'Unconfirmed.', remedy: 'Confirm it.', evidence: {} } as const
    const ended = {
      ...endedRow('c.pt', { state: 'error', verdict: null, failedAt: 'load', findings: [finding] }),
      recipe: named(null),
      needs: ['confirm' as const],
    }
    view = await mountBatch(
      batchOf([
        batchRowOf('a.pt', { recipe: named({ n: 3 }), needs: ['confirm'] }),
        batchRowOf('b.pt', { recipe: named({ n: 3 }), needs: ['confirm'] }),
        ended,
        batchRowOf('d.onnx'),
      ]),
    )
    view.main.answer('trust.confirmClass', () => ({ decisions: [] }))
    expect(view.cell('a_pt', 'state').text()).toBe('Class to confirm')
    expect(filters()).toMatchObject({ needs: '2', error: '1', waiting: '1' })
    expect(has('batch-classes')).toBe(false)
    for (const id of ['a_pt', 'b_pt', 'c_pt', 'd_onnx']) await view.wrapper.get(`#row-${id} input[type=checkbox]`).trigger('click')
    await view.wrapper.get('[data-testid=batch-classes]').trigger('click')
    const review = view.wrapper.get('[data-testid=batch-class-review]')
    expect(review.findAll('h3').map((one) => one.text())).toEqual(['nets:Small2 rows', 'nets:Small1 row'])
    expect(review.findAll('li').map((one) => one.text())).toEqual(['with {"n":3}', 'a.pt', 'b.pt', 'c.pt'])
    await review.get('[data-testid=confirm]').trigger('click')
    await flushPromises()
    expect(view.inputs('trust.confirmClass')).toEqual([
      { model: 'nets:Small', modelArgs: { n: 3 } },
      { model: 'nets:Small', modelArgs: null },
    ])
    expect(view.inputs('batch.act')).toEqual([{ id: 'b', action: 'retry', rows: ['c_pt'] }])
  })

  it('running: what is at work, time left, pause and stop; leaving waits', async () => {
    const running = batchRowOf('b.onnx', { state: 'running', stage: 'build', fraction: 0.48 })
    view = await mountBatch(batchOf([endedRow('a.onnx'), running, batchRowOf('c.onnx')], { state: 'running', secondsLeft: 31 }))
    expect(text('batch-finished')).toBe('1 of 3 finished')
    expect(text('batch-now')).toBe('b.onnx Build')
    expect(view.wrapper.text()).toContain('about 0:31 left')
    expect(segments()).toEqual(['pass', 'running', 'waiting'])
    const status = mount(StatusBar)
    expect(status.text()).toContain('1 run under way')
    expect(status.text()).toContain('1 waiting')
    status.unmount()
    expect(view.cell('b_onnx', 'state').text()).toBe('Build 48 %')
    await view.wrapper.get('[data-testid=batch-pause]').trigger('click')
    await view.wrapper.get('[data-testid=batch-stop]').trigger('click')
    expect(view.inputs('batch.act').map(({ action }) => action)).toEqual(['pause', 'stop'])
    expect(view.wrapper.get('[aria-label="All batches"]').attributes('disabled')).toBeDefined()
  })

  it('running: one row is cancelled, and the others are not', async () => {
    view = await mountBatch(batchOf([batchRowOf('a.onnx', { state: 'running', stage: 'load' }), batchRowOf('b.onnx')], { state: 'running' }))
    await view.wrapper.get('#row-a_onnx input[type=checkbox]').trigger('click')
    await view.wrapper.get('[data-testid=batch-cancel-rows]').trigger('click')
    expect(view.inputs('batch.act')).toEqual([{ id: 'b', action: 'cancel', rows: ['a_onnx'] }])
  })

  it('paused: goes on', async () => {
    view = await mountBatch(batchOf([endedRow('a.onnx'), batchRowOf('b.onnx', { state: 'running', stage: 'load', held: 'pause' })], { state: 'paused' }))
    expect(view.cell('b_onnx', 'state').text()).toBe('Paused')
    await view.wrapper.get('[data-testid=batch-go]').trigger('click')
    expect(view.inputs('batch.act')).toEqual([{ id: 'b', action: 'start', rows: [] }])
  })

  it('done: counts, exports, and says it once to a screen reader', async () => {
    const rows = [endedRow('a.onnx'), endedRow('b.onnx', { verdict: 'not-judged' })]
    view = await mountBatch(batchOf(rows, { state: 'running' }))
    await view.push(batchOf(rows, { state: 'done', revision: 2 }))
    expect(segments()).toEqual(['pass', 'notJudged'])
    expect(useUi().announcement).toBe('The batch is finished: 1 of 2 passed')
    expect(has('batch-export')).toBe(true)
    expect(has('batch-start')).toBe(false)
    expect(has('batch-retry')).toBe(false)
  })

  it('one failed: a stage that said no is named, and can be tried again', async () => {
    const finding = { code: 'BUILD_FAILED', severity: 'error', message: 'No tactic fits.', remedy: 'Give more memory.', evidence: {} } as const
    const failed = endedRow('b.onnx', { state: 'error', verdict: null, failedAt: 'build', findings: [finding] })
    const crashed = endedRow('c.onnx', { state: 'error', crashed: true, verdict: null, failedAt: 'validate' })
    view = await mountBatch(batchOf([endedRow('a.onnx'), failed, crashed], { state: 'done' }))
    expect(filters()).toEqual({ all: '3', pass: '1', error: '2' })
    expect(view.cell('b_onnx', 'state').text()).toBe('Error at Build')
    expect(view.cell('c_onnx', 'state').text()).toBe('Crashed at Validate')
    expect(view.cell('b_onnx', 'finding').text()).toContain('No tactic fits.')
    await view.wrapper.get('[data-testid=batch-retry]').trigger('click')
    expect(view.inputs('batch.act')).toEqual([{ id: 'b', action: 'retry', rows: ['b_onnx', 'c_onnx'] }])
  })

  it('all junk: says so and why, and offers no start', async () => {
    const empty = {
      code: 'BATCH_EMPTY',
      severity: 'warning',
      message: 'No model was found in /models.',
      remedy: 'Choose another folder.',
      evidence: {},
    } as const
    view = await mountBatch(batchOf([junkRow('notes.txt'), junkRow('photo.png')], { findings: [empty] }))
    expect(view.wrapper.get('[data-code=BATCH_EMPTY]').text()).toContain('No model was found')
    expect(view.wrapper.findAll('thead th button').map((head) => head.text())).toEqual(['File', 'Kind', 'Finding', 'State'])
    expect(has('batch-start')).toBe(false)
    expect(view.cell('notes_txt', 'finding').text()).toContain('FILE_UNKNOWN_FORMAT')
    expect(view.wrapper.findAll('[data-testid=cell-editor]')).toHaveLength(0)
  })

  it('resumable after a crash: offered at home, and resumed', async () => {
    const stopped = batchOf([endedRow('a.onnx'), batchRowOf('b.onnx')], { state: 'stopped' })
    view = await mountBatch(null)
    view.main.answer('batch.list', () => [stopped])
    view.main.answer('batch.open', () => stopped)
    await useBatch().list()
    const home = mount(Interrupted)
    await flushPromises()
    expect(home.text()).toContain('release was interrupted: 1 of 2 models are done')
    await home.get('[data-testid=batch-resume]').trigger('click')
    await flushPromises()
    expect(view.inputs('batch.act')).toEqual([{ id: 'b', action: 'start', rows: [] }])
    expect(useUi().view).toBe('batch')
    expect(view.wrapper.find('[data-testid=batch-start]').text()).toBe('Resume batch')
    home.unmount()
  })

  it('keeps filters, choice and charts while the run of a row is open', async () => {
    view = await mountBatch(batchOf([endedRow('a.onnx'), endedRow('b.onnx', { verdict: 'fail' })], { state: 'done' }))
    await view.wrapper.get('[data-testid=batch-filter-fail]').trigger('click')
    expect(view.wrapper.findAll('tr[id^=row-]')).toHaveLength(1)
    const batch = useBatch()
    view.wrapper.unmount()
    expect(batch.look.filter).toBe('fail')
    expect(batch.head?.name).toBe('release')
  })
})

describe('charts of the results', () => {
  it('say in words what they draw, counted as the filters count', async () => {
    const cancelled = endedRow('d.onnx', { state: 'cancelled', verdict: null, seconds: 0 })
    const rows = [
      endedRow('a.onnx', { seconds: 4 }),
      endedRow('b.onnx', { verdict: 'fail', seconds: 9, stageSeconds: { load: 0.012, convert: 0, build: 8, validate: 1 } }),
      endedRow('c.onnx', { verdict: 'not-judged' }),
      cancelled,
      junkRow('notes.txt'),
    ]
    view = await mountBatch(batchOf(rows, { state: 'done' }))
    await view.wrapper.get('[data-testid=batch-charts]').trigger('click')
    const labels = view.wrapper.findAll('chart-stub').map((chart) => chart.attributes('label'))
    expect(labels).toEqual([
      '1 pass, 1 fail, 1 not judged, 1 errors, 1 skipped',
      'Seconds by stage: Load 1.5, Convert 3, Build 14, Validate 2.5',
      '3 models from 4.00 KiB to 4.00 KiB by the time they took; the longest was b.onnx with 9.0 s',
    ])
    expect(filters()).toMatchObject({ pass: '1', fail: '1', 'not-judged': '1', error: '1', skipped: '1' })
  })
})
