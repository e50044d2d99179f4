import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Addon, EngineSession } from '../../../electron/core/engine-host/addon'
import { runEngine } from '../../../electron/core/engine-host/run-engine'
import { keepRuntimeCache, openRuntimeCache } from '../../../electron/core/engine-host/runtime-cache'
import { timeEngine } from '../../../electron/core/engine-host/time-engine'
import { writeSafetensors } from '../../../electron/core/tensors'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'enginesmith-cache-'))
  path = join(folder, 'rtx.cache')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const bytes = (text: string): Buffer => Buffer.from(text)
/** A call from beginning to end: the library takes the file or does not, and has `after` at the end. */
async function call(owned: boolean, taken: boolean, after: string | null) {
  const opened = await openRuntimeCache({ path, owned })
  return keepRuntimeCache(opened, taken, after === null ? null : bytes(after))
}

describe('the file of a runtime cache', () => {
  it('is begun, reused, and written whole where it grew', async () => {
    expect(await call(true, true, 'one kernel')).toEqual({ path, state: 'new', bytes: 10, reason: null })
    const before = (await stat(path)).mtimeMs
    expect(await call(true, true, 'one kernel')).toEqual({ path, state: 'reused', bytes: 10, reason: null })
    expect((await stat(path)).mtimeMs).toBe(before)
    expect(await call(false, true, 'two kernels')).toMatchObject({ state: 'reused', bytes: 11 })
    expect(await readFile(path, 'utf8')).toBe('two kernels')
    expect(await readdir(folder)).toEqual(['rtx.cache'])
  })

  it('is empty before anything is compiled, and stays away where nothing was', async () => {
    await writeFile(path, '')
    expect(await call(true, true, null)).toMatchObject({ state: 'new', bytes: 0 })
    expect(await readFile(path, 'utf8')).toBe('')
  })

  it("of this machine is begun anew where the library refuses it; one's own is left as it is", async () => {
    await writeFile(path, 'no cache')
    expect(await call(false, false, 'new')).toMatchObject({ state: 'refused', bytes: 0, reason: expect.stringContaining('damaged') as string })
    expect(await readFile(path, 'utf8')).toBe('no cache')
    expect(await call(true, false, 'new')).toMatchObject({ state: 'replaced', bytes: 3, reason: expect.stringContaining('damaged') as string })
    expect(await readFile(path, 'utf8')).toBe('new')
  })

  it("that cannot be read ends the call where it is one's own, and costs the cache alone where it is not", async () => {
    await mkdir(path)
    await expect(openRuntimeCache({ path, owned: false })).rejects.toMatchObject({ code: expect.stringMatching(/^FILE_/) as string })
    expect(await call(true, true, 'new')).toMatchObject({ state: 'unwritten', reason: expect.stringContaining(path) as string })
  })

  it('that cannot be written does not cost the verdict', async () => {
    path = join(folder, 'not there', 'rtx.cache')
    expect(await call(false, true, 'new')).toMatchObject({ state: 'unwritten', bytes: 0 })
  })
})

describe('a call that runs an engine', () => {
  const library = { flavour: 'tensorrt-rtx', path: '/l', parserPath: '/p', version: '1.7.1.116', table: 'rtx1_5' } as const
  const streaming = { streamable: 100, requested: 50, budget: 50, scratch: 8 }
  /** A GPU that runs the engine: this machine has none that does. */
  function gpu(taken: boolean) {
    const asked: unknown[] = []
    const session: EngineSession = {
      weightStreaming: streaming,
      runtimeCacheTaken: taken,
      runtimeCache: () => Promise.resolve(bytes('compiled')),
      run: (inputs) => Promise.resolve({ outputs: inputs, seconds: 0.001 }),
      close: () => Promise.resolve(),
    }
    const addon = {
      openEngine: (params: unknown) => (asked.push(params), Promise.resolve({ session, reason: null })),
      timeEngine: (params: unknown) => {
        asked.push(params)
        return Promise.resolve({ result: { gpu: [1], weightStreaming: streaming, runtimeCacheTaken: taken }, reason: null, runtimeCache: bytes('compiled') })
      },
    } as unknown as Addon
    return { addon, asked }
  }
  const weightBudget = { kind: 'share', value: 0.5 } as const

  it('hands budget and cache to the engine, keeps the cache, and says what held', async () => {
    const [input, output] = [join(folder, 'in.safetensors'), join(folder, 'out.safetensors')]
    await writeSafetensors(input, new Map([['x', { dtype: 'float32', shape: [1], data: new Uint8Array(4) }]]))
    const common = { library, engine: '/e', device: null, hostCode: false, weightBudget, runtimeCache: { path, owned: true } }
    const { addon, asked } = gpu(true)
    const ran = await runEngine(addon, { ...common, inputs: [input], outputs: [output], latency: false }, {})
    expect(ran).toMatchObject({ ran: true, weightStreaming: streaming, runtimeCache: { state: 'new', bytes: 8 } })
    expect(asked).toMatchObject([{ weightBudget, runtimeCache: new Uint8Array() }])
    expect(await readFile(path, 'utf8')).toBe('compiled')
    const none = await runEngine(addon, { ...common, runtimeCache: null, inputs: [input], outputs: [output], latency: false }, {})
    expect([none.runtimeCache, asked[1]]).toMatchObject([null, { runtimeCache: null }])

    const timing = { profile: 0, shapes: [], warmUpMs: 0, durationMs: 0, iterations: 1, cudaGraph: false, overlap: true, profiledRuns: 0 }
    const damaged = gpu(false)
    const timed = await timeEngine(damaged.addon, { ...common, ...timing }, {})
    expect(timed.result).toMatchObject({ weightStreaming: streaming, runtimeCache: { state: 'replaced' } })
    expect(timed.result).not.toHaveProperty('runtimeCacheTaken')
    expect(damaged.asked).toMatchObject([{ runtimeCache: bytes('compiled') }])
  })
})
