import { setImmediate as soon } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { BatchRow } from '../../../contract/batch'
import { recipeSchema, type Recipe } from '../../../contract/recipe'
import type { RunSnapshot } from '../../../contract/run'
import type { ExecuteOptions } from '../../../electron/core/api'
import { GpuTurns } from '../../../electron/core/batch/gpu-turns'
import type { Lane } from '../../../electron/core/batch/lane'
import { Scheduler } from '../../../electron/core/batch/scheduler'
import { cancelledError } from '../../../electron/core/cancelled'

const gpu = (name: string): { name: string; computeCapability: string; memoryBytes: number } => ({ name, computeCapability: '9.0', memoryBytes: 1 })
const never = new AbortController().signal
/** The settings choose no GPU. */
const none = (): null => null

describe('turns on several GPUs', () => {
  it('go to the first that is free, one on each, and to who waited longest', async () => {
    const turns = new GpuTurns([gpu('H100'), gpu('H100')], none)
    const a = await turns.take(null, never)
    const b = await turns.take(null, never)
    expect([a.device, b.device]).toEqual([0, 1])
    expect(turns.free(null)).toBe(false)
    const order: string[] = []
    const c = turns.take(null, never).then((turn) => (order.push(`c on ${turn.device}`), turn))
    const d = turns.take(null, never).then((turn) => (order.push(`d on ${turn.device}`), turn))
    b.leave()
    b.leave()
    await c
    await soon()
    expect(order).toEqual(['c on 1'])
    a.leave()
    await d
    expect(order).toEqual(['c on 1', 'd on 0'])
  })

  it('keep to the GPU that a recipe names, and to those like the first where it names none', async () => {
    const turns = new GpuTurns([gpu('H100'), gpu('A10'), gpu('H100')], none)
    const first = await turns.take(null, never)
    const second = await turns.take(null, never)
    expect([first.device, second.device]).toEqual([0, 2])
    expect([turns.free(null), turns.free(1)]).toEqual([false, true])
    const named = await turns.take(1, never)
    expect(named.device).toBe(1)
    // Who waits for one GPU holds up nobody who can have another.
    const waiting = turns.take(1, never)
    second.leave()
    expect((await turns.take(null, never)).device).toBe(2)
    named.leave()
    expect((await waiting).device).toBe(1)
    expect((await new GpuTurns([gpu('A10')], none).take(7, never)).device).toBe(0)
  })

  it('keep to the GPU that the settings choose, where a recipe names none', async () => {
    let chosen: number | null = 1
    const turns = new GpuTurns([gpu('H100'), gpu('H100')], () => chosen)
    const first = await turns.take(null, never)
    expect([first.device, turns.free(null), turns.free(0)]).toEqual([1, false, true])
    expect((await turns.take(0, never)).device).toBe(0)
    first.leave()
    // A choice that is taken back counts for the next turn.
    chosen = null
    expect((await turns.take(null, never)).device).toBe(1)
  })

  it('are not waited for by who was cancelled', async () => {
    const turns = new GpuTurns([gpu('H100')], none)
    const first = await turns.take(null, never)
    const stop = new AbortController()
    const waiting = turns.take(null, stop.signal)
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(turns.take(null, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' })
    first.leave()
    expect(turns.free(null)).toBe(true)
  })
})

/** What the rows do and on which GPU, and a way to end what one does. */
class Work {
  readonly now = new Map<string, { stage: string; device: number | null; end: () => void }>()
  private readonly scheduler: Scheduler
  /** What each row is said to wait for. */
  readonly held = new Map<string, BatchRow['held']>()
  private readonly listeners = new Map<string, (snapshot: RunSnapshot) => void>()

  constructor(gpus: string[], backend: string) {
    this.scheduler = new Scheduler({
      limits: () => ({ jobs: 4, memory: null, rowMinutes: null }),
      gpus: gpus.map(gpu),
      device: none,
      backend: (recipe) => recipe.build.backend ?? backend,
      makeLane: () => this.lane(),
      onProgress: (id, { held }) => this.held.set(id, held),
    })
  }

  /** Carries a row through a build and a validation that end when they are told to. */
  row(id: string, build: Partial<Recipe['build']> = {}): Promise<unknown> {
    return this.scheduler.carry({ row: { id, path: id, format: 'onnx' } as BatchRow, key: id, recipe: recipeSchema.parse({ build }), folder: id })
  }

  async next(id: string): Promise<string> {
    for (let n = 0; n < 20; n++) await soon()
    const at = this.now.get(id)
    return at === undefined ? 'waits' : `${at.stage} on ${at.device ?? 'cpu'}`
  }

  /** The row's run says what its build does now. */
  tell(id: string, phase: string): void {
    const idle = { state: 'completed', progress: null }
    const build = { state: 'running', progress: { phase, parent: null, fraction: null, secondsLeft: null, elapsed: 1 } }
    this.listeners.get(id)?.({ stages: { load: idle, convert: idle, build, validate: { ...idle, state: 'pending' } } } as unknown as RunSnapshot)
  }

  end(id: string): void {
    const at = this.now.get(id)
    this.now.delete(id)
    at?.end()
  }

  dispose(): Promise<void> {
    for (const { end } of this.now.values()) end()
    return this.scheduler.dispose()
  }

  private lane(): Lane {
    const execute = async (id: string, { gate, signal = never }: ExecuteOptions): Promise<never> => {
      for (const stage of ['build', 'validate'] as const) {
        const turn = await gate?.(stage, signal)
        await new Promise<void>((end) => this.now.set(id, { stage, device: turn?.device ?? null, end }))
        turn?.leave()
      }
      throw cancelledError()
    }
    const create = ({ path }: { path: string }): unknown => ({
      onChange: (listener: (snapshot: RunSnapshot) => void) => {
        this.listeners.set(path, listener)
        return () => undefined
      },
      execute: (options: ExecuteOptions) => execute(path, options),
      close: () => Promise.resolve(),
    })
    return { runs: { create }, pids: () => [], warmPython: () => false, dispose: () => Promise.resolve() } as unknown as Lane
  }
}

describe('rows on a machine with GPUs', () => {
  let work: Work
  afterEach(() => work.dispose())

  it('are spread over those that are alike', async () => {
    work = new Work(['H100', 'H100'], 'tensorrt')
    const rows = ['a', 'b', 'c'].map((id) => work.row(id))
    expect([await work.next('a'), await work.next('b'), await work.next('c')]).toEqual(['build on 0', 'build on 1', 'waits'])
    work.end('b')
    expect(await work.next('c')).toBe('build on 1')
    work.end('a')
    expect([await work.next('a'), await work.next('b')]).toContain('validate on 0')
    for (let n = 0; n < 6; n++) for (const id of ['a', 'b', 'c']) if ((await work.next(id)) !== 'waits') work.end(id)
    await Promise.all(rows)
  })

  it('stay on the GPU that their recipe names', async () => {
    work = new Work(['H100', 'H100'], 'tensorrt')
    void work.row('a', { device: 1 })
    void work.row('b', { device: 1 })
    expect([await work.next('a'), await work.next('b')]).toEqual(['build on 1', 'waits'])
  })

  it('are said to wait for the GPU while another process has it', async () => {
    work = new Work(['H100'], 'tensorrt')
    void work.row('a')
    expect(await work.next('a')).toBe('build on 0')
    work.tell('a', 'Waiting for the GPU (process 7 is building)')
    expect(work.held.get('a')).toBe('gpu')
    work.tell('a', 'Building')
    expect(work.held.get('a')).toBeNull()
  })

  it('build on the processor what needs no GPU', async () => {
    work = new Work(['H100'], 'tensorrt-rtx')
    void work.row('a', { targets: ['sm86'] })
    void work.row('b', { targets: ['sm86'] })
    void work.row('c', { backend: 'onnxruntime' })
    void work.row('d')
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((id) => work.next(id)))).toEqual(['build on cpu', 'build on cpu', 'build on cpu', 'build on 0'])
  })
})
