import { expect, it, vi } from 'vitest'
import type { Core, RunHandle } from '../../../../electron/core/api'
import type { LogLine, RunSnapshot, StageState } from '../../../../contract/run'
import { OpenRuns } from '../../../../electron/main/app/open-runs'

/** A run that does what it is told and nothing else; the core's own are tested with the core. */
class ScriptedRun {
  readonly folder: string
  changed: (snapshot: RunSnapshot) => void = () => undefined
  logged: (lines: LogLine[], next: number) => void = () => undefined
  finish: () => void = () => undefined
  close = vi.fn(() => Promise.resolve())
  cancel = vi.fn(() => {
    this.finish()
    return Promise.resolve()
  })
  execute = vi.fn(() => new Promise<RunSnapshot>((resolve) => (this.finish = () => resolve(this.snapshot()))))
  constructor(readonly id: string) {
    this.folder = `/runs/${id}`
  }
  state: StageState = 'running'
  snapshot = (): RunSnapshot => ({ id: this.id, folder: this.folder, running: false, revision: 1, stages: { load: { state: this.state } } }) as RunSnapshot
  onChange = (listener: (snapshot: RunSnapshot) => void): (() => void) => {
    this.changed = listener
    return () => (this.changed = () => undefined)
  }
  onLog = (listener: (lines: LogLine[], next: number) => void): (() => void) => {
    this.logged = listener
    return () => (this.logged = () => undefined)
  }
}

function setUp(): { runs: OpenRuns; made: Map<string, ScriptedRun>; sent: Array<[string, unknown]> } {
  const made = new Map<string, ScriptedRun>()
  const open = (folder: string): Promise<RunHandle> => {
    const run = new ScriptedRun(folder.split('/').at(-1) ?? '')
    made.set(run.id, run)
    return Promise.resolve(run as unknown as RunHandle)
  }
  const core = { runs: { create: ({ path }: { path: string }) => open(path), open, list: () => Promise.resolve([]) } } as unknown as Core
  const sent: Array<[string, unknown]> = []
  const runs = new OpenRuns(
    () => Promise.resolve(core),
    (name, payload) => void sent.push([name, payload]),
    () => undefined,
  )
  return { runs, made, sent }
}

it('answers at once when a run is started, and says that it runs', async () => {
  const { runs, made } = setUp()
  await runs.create('/m/a', undefined)
  await runs.start('a', 'build')
  expect(runs.atWork).toBe(1)
  await runs.start('a', 'build')
  expect(made.get('a')?.execute).toHaveBeenCalledTimes(1)
  made.get('a')?.finish()
  await vi.waitFor(() => expect(runs.atWork).toBe(0))
})

it('has nothing left to lose once a run is being cancelled', async () => {
  const { runs, made } = setUp()
  await runs.create('/m/a', undefined)
  await runs.start('a', 'build')
  const run = made.get('a')
  for (const [state, atWork] of [
    ['running', 1],
    ['pending', 1],
    ['cancelling', 0],
    ['cancelled', 0],
  ] as const) {
    if (run) run.state = state
    expect(runs.atWork, state).toBe(atWork)
  }
})

it('cancels what runs and waits for its end', async () => {
  const { runs, made } = setUp()
  await runs.create('/m/a', undefined)
  await runs.create('/m/b', undefined)
  await runs.start('a', 'validate')
  await runs.cancelAll()
  expect(made.get('a')?.cancel).toHaveBeenCalledOnce()
  expect(made.get('b')?.cancel).not.toHaveBeenCalled()
  expect(runs.atWork).toBe(0)
})

it('opens a folder once', async () => {
  const { runs, made } = setUp()
  await runs.openFolder('/runs/a')
  const first = made.get('a')
  await runs.openFolder('/runs/a')
  expect(made.get('a')).toBe(first)
})

it('lets go of the runs that were idle longest, and opens them again by id', async () => {
  const { runs, made } = setUp()
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await runs.openFolder(`/runs/${id}`)
  expect(made.get('a')?.close).toHaveBeenCalledOnce()
  expect(made.get('f')?.close).not.toHaveBeenCalled()
  const closed = made.get('a')
  expect((await runs.get('a')).id).toBe('a')
  expect(made.get('a')).not.toBe(closed)
})

it('keeps a running one open', async () => {
  const { runs, made } = setUp()
  await runs.openFolder('/runs/a')
  await runs.start('a', 'build')
  for (const id of ['b', 'c', 'd', 'e', 'f', 'g']) await runs.openFolder(`/runs/${id}`)
  expect(made.get('a')?.close).not.toHaveBeenCalled()
})

it('refuses an id that nobody knows', async () => {
  await expect(setUp().runs.get('none')).rejects.toMatchObject({ code: 'RUN_UNREADABLE' })
})

it('gathers log lines and snapshots, and loses none at the end', async () => {
  const { runs, made, sent } = setUp()
  await runs.openFolder('/runs/a')
  const line = (text: string): LogLine => ({ at: 0, level: 'info', source: 'x', text })
  made.get('a')?.logged([line('1')], 1)
  made.get('a')?.logged([line('2'), line('3')], 3)
  made.get('a')?.changed({ running: true } as RunSnapshot)
  await runs.close('a')
  expect(sent.filter(([name]) => name === 'run.logged')).toEqual([['run.logged', { id: 'a', lines: [line('1'), line('2'), line('3')], next: 3 }]])
  expect(sent.filter(([name]) => name === 'run.changed')).toHaveLength(1)
})
