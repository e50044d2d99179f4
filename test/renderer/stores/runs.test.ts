import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { LogLine } from '../../../contract/run'
import { recipeSchema, type Recipe } from '../../../contract/recipe'
import { firstStageToSee, logLimit, useRuns } from '../../../renderer/stores/runs'
import { useUi } from '../../../renderer/stores/ui'
import { setUpBridge, type FakeMain } from '../bridge'
import { snapshotOf, summaryOf } from '../runs'

let main: FakeMain
beforeEach(() => {
  main = setUpBridge()
})
const line = (text: string): LogLine => ({ at: 0, level: 'info', source: 'x', text })

describe('snapshots', () => {
  it('applies only newer revisions', () => {
    const runs = useRuns()
    main.send('run.changed', snapshotOf({ revision: 5, verdict: 'pass' }))
    main.send('run.changed', snapshotOf({ revision: 4, verdict: 'fail' }))
    main.send('run.changed', snapshotOf({ revision: 5, verdict: 'fail' }))
    expect(runs.snapshots.get('r1')?.verdict).toBe('pass')
    main.send('run.changed', snapshotOf({ revision: 6, verdict: 'fail' }))
    expect(runs.snapshots.get('r1')?.verdict).toBe('fail')
  })
  it('an answer that is older than an event changes nothing', async () => {
    const runs = useRuns()
    main.answer('run.start', () => {
      main.send('run.changed', snapshotOf({ revision: 9, running: true }))
      return snapshotOf({ revision: 8 })
    })
    expect((await runs.start('r1', 'build')).revision).toBe(9)
  })
  it('sends a recipe as plain data', async () => {
    const runs = useRuns()
    main.answer('run.setRecipe', () => snapshotOf({ revision: 2 }))
    const { reactive } = await import('vue')
    await runs.setRecipe('r1', reactive({ recipe: recipeSchema.parse({ load: { seed: 7 } }) as object }).recipe as Recipe)
    expect(main.calls.at(-1)).toMatchObject({ name: 'run.setRecipe', input: { recipe: { load: { seed: 7 } } } })
  })
  it('counts a run as under way no longer than its snapshot says', async () => {
    const runs = useRuns()
    main.answer('run.list', () => [summaryOf({ id: 'r1', running: true }), summaryOf({ id: 'elsewhere', running: true })])
    await runs.list()
    main.send('run.changed', snapshotOf({ revision: 1, running: true }))
    expect(runs.running).toBe(2)
    main.send('run.changed', snapshotOf({ revision: 2, running: false }))
    expect(runs.running).toBe(1)
  })
  it('lists again when a run starts, ends or gets its verdict', async () => {
    vi.useFakeTimers()
    useRuns()
    main.send('run.changed', snapshotOf({ revision: 1, running: true }))
    main.send('run.changed', snapshotOf({ revision: 2, running: true }))
    main.send('run.changed', snapshotOf({ revision: 3, verdict: 'pass' }))
    vi.advanceTimersByTime(400)
    vi.useRealTimers()
    await flushPromises()
    expect(main.calls.filter((call) => call.name === 'run.list')).toHaveLength(1)
  })
})

describe('log', () => {
  it('joins lines without a gap or a double', () => {
    const runs = useRuns()
    main.send('run.logged', { id: 'r1', lines: [line('a'), line('b')], next: 2 })
    main.send('run.logged', { id: 'r1', lines: [line('b'), line('c')], next: 3 })
    main.send('run.logged', { id: 'r1', lines: [line('a')], next: 1 })
    expect(runs.log('r1').lines.map((l) => l.text)).toEqual(['a', 'b', 'c'])
  })
  it('fetches what it missed', async () => {
    const runs = useRuns()
    main.answer('run.log', () => ({ lines: [line('a'), line('b'), line('c')], next: 3 }))
    main.send('run.logged', { id: 'r1', lines: [line('c')], next: 3 })
    await flushPromises()
    expect(runs.log('r1').lines.map((l) => l.text)).toEqual(['a', 'b', 'c'])
  })
  it('stays bounded and says how much it let go', () => {
    const runs = useRuns()
    const many = Array.from({ length: logLimit }, (_, i) => line(String(i)))
    main.send('run.logged', { id: 'r1', lines: many, next: logLimit })
    main.send('run.logged', { id: 'r1', lines: [line('x'), line('y')], next: logLimit + 2 })
    expect(runs.log('r1')).toMatchObject({ dropped: 2, next: logLimit + 2 })
    expect(runs.log('r1').lines).toHaveLength(logLimit)
    expect(runs.log('r1').lines.at(-1)?.text).toBe('y')
  })
})

describe('opening', () => {
  it('shows the run at the stage that counts', async () => {
    const runs = useRuns()
    main.answer('run.create', () => snapshotOf({ states: { load: 'completed', convert: 'failed' } }))
    await runs.openPath('/models/net.onnx')
    expect(useUi()).toMatchObject({ view: 'run', runId: 'r1', stage: 'convert', opening: null })
    expect(runs.current?.id).toBe('r1')
  })
  it('stays where it is and says why, where main refuses', async () => {
    const runs = useRuns()
    main.refuse('run.create', { code: 'FILE_EMPTY', message: 'The file is empty.', remedy: 'Choose another.' })
    expect(await runs.openPath('/x')).toBeUndefined()
    expect(useUi().view).toBe('home')
    expect(useUi().notices).toMatchObject([{ severity: 'error', text: 'The file is empty.', remedy: 'Choose another.' }])
  })
  it('picks the stage: running, else the last with a result, else Load', () => {
    expect(firstStageToSee(snapshotOf())).toBe('load')
    expect(firstStageToSee(snapshotOf({ states: { load: 'completed', convert: 'running' } }))).toBe('convert')
    expect(firstStageToSee(snapshotOf({ states: { load: 'cached', convert: 'cached', build: 'crashed' } }))).toBe('build')
  })
})

it('announces a stage and the verdict of the run that is shown, once', () => {
  useRuns()
  const ui = useUi()
  ui.runId = 'r1'
  main.send('run.changed', snapshotOf({ revision: 1 }))
  expect(ui.announcement).toBe('')
  main.send('run.changed', snapshotOf({ revision: 2, states: { validate: 'completed' }, verdict: 'not-judged' }))
  expect(ui.announcement).toBe('Validate: Done. Verdict: Not judged')
  main.send('run.changed', snapshotOf({ id: 'other', revision: 1 }))
  main.send('run.changed', snapshotOf({ id: 'other', revision: 2, verdict: 'pass' }))
  expect(ui.announcement).toBe('Validate: Done. Verdict: Not judged')
})
