import path from 'node:path'
import { readRunFile } from '../../core/store/run-folder'
import type { Core, RunHandle } from '../../core/api'
import type { CopyTarget } from '../../../contract/copy'
import type { LogLine, RunSnapshot } from '../../../contract/run'
import { EnginesmithError } from '../../core/errors'
import type { SendEvent } from '../ipc/send'
import { throttle } from './throttle'

/** Idle runs that stay open: an open run holds its folder's lock, so others cannot work in it. */
const idleLimit = 4
/** Snapshots and log lines go to the window this often at most. */
const eventMs = 100

interface OpenRun {
  handle: RunHandle
  usedAt: number
  stop: () => void
  running: Promise<unknown> | null
}

/** Cancelled or about to be, and nothing else has begun. */
function isEnding({ stages, copying }: RunSnapshot): boolean {
  if (copying) return false
  const states = Object.values(stages).map((stage) => stage.state)
  return !states.includes('running') && (states.includes('cancelling') || states.includes('cancelled'))
}

/** The runs that are open in this app, by id: the one way from a command to a run. */
export class OpenRuns {
  private readonly open = new Map<string, OpenRun>()
  /** Folders of runs that were open once, so that a closed one opens again by its id. */
  private readonly folders = new Map<string, string>()
  private uses = 0

  constructor(
    private readonly core: () => Promise<Core>,
    private readonly send: SendEvent,
    private readonly log: (text: string) => void,
  ) {}

  async create(path: string, recipe: Parameters<Core['runs']['create']>[0]['recipe']): Promise<RunSnapshot> {
    const { runs } = await this.core()
    return this.adopt(await runs.create({ path, recipe }))
  }

  async openFolder(folder: string): Promise<RunSnapshot> {
    const known = [...this.open.values()].find((run) => run.handle.folder === folder)
    if (known) return known.handle.snapshot()
    const { runs } = await this.core()
    return this.adopt(await runs.open(folder))
  }

  /** Opens a folder that was dropped. A copy of a listed run that was judged elsewhere gives its verdict to that run, which is shown. */
  async openReturned(folder: string): Promise<RunSnapshot> {
    const { runs } = await this.core()
    const copy = await readRunFile(folder)
    const original = copy === null ? undefined : (await runs.list()).find((row) => row.id === copy.id && path.resolve(row.folder) !== path.resolve(folder))
    if (original === undefined || copy?.verdict === null || copy?.verdict === 'not-judged') return this.openFolder(folder)
    let handle: RunHandle
    try {
      await this.openFolder(original.folder)
      handle = await this.get(original.id)
    } catch (error) {
      // The run that it came from cannot be opened any more: the copy can.
      this.log(`merge ${folder}: ${String(error)}`)
      return this.openFolder(folder)
    }
    // Why a verdict is not taken over is for the person to know; the copy would pass for the run itself.
    return (await handle.merge(folder)) ? handle.snapshot() : this.openFolder(folder)
  }

  /** The run with this id, opened again if it was closed meanwhile. */
  async get(id: string): Promise<RunHandle> {
    const run = this.open.get(id)
    if (run) {
      run.usedAt = ++this.uses
      return run.handle
    }
    const { runs } = await this.core()
    const folder = this.folders.get(id) ?? (await runs.list()).find((summary) => summary.id === id)?.folder
    if (folder === undefined) throw new EnginesmithError('RUN_UNREADABLE', 'This run is not listed any more.', 'Open its folder, if it was moved.', { id })
    await this.openFolder(folder)
    return this.get(id)
  }

  /** Starts the stages; the outcome comes as snapshots. */
  async start(id: string, upTo: Parameters<RunHandle['execute']>[0]['upTo']): Promise<RunSnapshot> {
    const handle = await this.get(id)
    const run = this.open.get(id)
    if (run?.running) return handle.snapshot()
    const work = handle
      .execute({ upTo })
      .catch((error: unknown) => this.log(`run ${id}: ${String(error)}`))
      .finally(() => {
        if (run) run.running = null
      })
    if (run) run.running = work
    return handle.snapshot()
  }

  /** Writes the model as another kind of file; rejects where that cannot be done. */
  async saveCopy(id: string, request: { target: CopyTarget; path: string }): Promise<void> {
    const handle = await this.get(id)
    const run = this.open.get(id)
    const work = handle.saveCopy({ ...request, shapes: null })
    if (run && !run.running) {
      run.running = work
        .catch(() => undefined)
        .finally(() => {
          run.running = null
        })
    }
    await work
  }

  /** Stops what runs and hands the run back, still open, to whoever ends it: the core, when it is removed. */
  async release(id: string): Promise<void> {
    const handle = await this.get(id)
    await handle.cancel()
    const run = this.open.get(id)
    if (!run) return
    await run.running
    run.stop()
    this.open.delete(id)
    this.folders.delete(id)
  }

  /** Lets go of a run: its folder's lock is free. */
  async close(id: string): Promise<void> {
    const run = this.open.get(id)
    if (!run) return
    this.open.delete(id)
    run.stop()
    await run.handle.close()
  }

  /** How many runs there are whose work closing would take away; one that is being cancelled has none any more. */
  get atWork(): number {
    return [...this.open.values()].filter((run) => run.running !== null && !isEnding(run.handle.snapshot())).length
  }

  async cancelAll(): Promise<void> {
    const busy = [...this.open.values()].filter((run) => run.running !== null)
    await Promise.all(busy.map((run) => run.handle.cancel().catch(() => undefined)))
    for (const run of busy) await run.running
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.open.keys()].map((id) => this.close(id).catch((error: unknown) => this.log(`close ${id}: ${String(error)}`))))
  }

  private async adopt(handle: RunHandle): Promise<RunSnapshot> {
    const known = this.open.get(handle.id)
    if (known && known.handle !== handle) await this.close(handle.id)
    this.open.set(handle.id, { handle, usedAt: ++this.uses, stop: this.listen(handle), running: null })
    this.folders.set(handle.id, handle.folder)
    await this.closeIdle(handle.id)
    return handle.snapshot()
  }

  private listen(handle: RunHandle): () => void {
    const changed = throttle(eventMs, () => this.send('run.changed', handle.snapshot()))
    let lines: LogLine[] = []
    let next = 0
    const logged = throttle(eventMs, () => {
      this.send('run.logged', { id: handle.id, lines, next })
      lines = []
    })
    const stops = [
      handle.onChange((snapshot) => {
        changed.request()
        // The end of a run is told at once: what waits for it should not wait for the clock.
        if (!snapshot.running) changed.flush()
      }),
      handle.onLog((fresh, end) => {
        lines.push(...fresh)
        next = end
        logged.request()
      }),
    ]
    return () => {
      for (const stop of stops) stop()
      changed.flush()
      logged.flush()
    }
  }

  private async closeIdle(keep: string): Promise<void> {
    const idle = [...this.open].filter(([id, run]) => id !== keep && run.running === null).sort(([, a], [, b]) => b.usedAt - a.usedAt)
    for (const [id] of idle.slice(idleLimit)) await this.close(id)
  }
}
