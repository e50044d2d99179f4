import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuildReply, BuildRequest, Library } from '../../contract/native'
import type { HostEvent } from '../../electron/core/api'
import { engineHeaderOf } from '../../electron/core/formats'
import { addon, buildRequest, cnnProfile, failureOf, fixture, makeModels, realLibrary, scratch } from './support'

const work = scratch()
afterAll(work.remove)

let library: Library
let count = 0
const out = (): string => join(work.path, `${count++}.engine`)
beforeAll(async () => {
  library = await realLibrary()
})

const build = (change: Partial<BuildRequest> = {}, onEvent?: (event: HostEvent) => void): Promise<BuildReply> =>
  addon().build(buildRequest(library, change.out ?? out(), change), onEvent ? { onEvent } : {})

type Phase = Extract<HostEvent, { kind: 'phase' }>

describe('a build with the real library, without a GPU', () => {
  it('writes an engine for the target and reads everything back', async () => {
    const path = out()
    const reply = await build({ out: path, optLevel: 2, workspace: 64 })
    expect(statSync(path).size).toBe(reply.bytes)
    expect(reply.header).toMatchObject({ flavour: 'tensorrt-rtx', magic: 'vtrt', version: '1.7.1.116', targets: ['sm86'], planOffset: 0 })
    expect(reply.inputs).toEqual([{ name: 'image', dtype: 'float32', shape: ['N', 3, 16, 16] }])
    expect(reply.layers).toBeNull()
    const row = (option: string, readFrom: string): unknown => reply.readBacks.find((back) => back.option === option && back.readFrom === readFrom)
    expect(row('optLevel', 'builder config')).toMatchObject({ requested: '2', achieved: '2', same: true })
    expect(row('workspace', 'builder config')).toMatchObject({ requested: '67108864 bytes', same: true })
    expect(row('targets', 'engine header')).toMatchObject({ requested: 'sm86', achieved: 'sm86', same: true })
    expect(row('precision', 'builder config')).toMatchObject({ requested: null, achieved: 'strongly-typed', same: null })
    expect(row('profile 0 image', 'optimization profile')).toMatchObject({ achieved: '1x3x16x16/4x3x16x16/8x3x16x16', same: true })
    expect(await addon().readHeader({ path })).toEqual({ header: reply.header, reason: null })
  })

  it.each(['sm75', 'sm80', 'sm86', 'sm89', 'sm120', 'sm121'])('the header names the target %s', async (target) => {
    const path = out()
    const reply = await build({ out: path, onnx: fixture('conv.onnx'), profiles: [], targets: [target] })
    expect(reply.header.targets).toEqual([target])
    // Both readers of headers know it: the addon's, and the one that describes a dropped file.
    expect(await engineHeaderOf(path)).toEqual(reply.header)
  })

  it('a file that is cut short is told by the size that its header states', async () => {
    const path = out()
    await build({ out: path })
    const cut = out()
    writeFileSync(cut, readFileSync(path).subarray(0, -1))
    await expect(engineHeaderOf(cut)).rejects.toMatchObject({ code: 'FILE_TRUNCATED' })
  })

  it('several targets in one engine, and none asked for', async () => {
    expect((await build({ targets: ['sm120', 'sm86'] })).header.targets).toEqual(['sm86', 'sm120'])
    const reply = await build({ targets: [] })
    expect(reply.header.targets.length).toBeGreaterThan(1)
    expect(reply.readBacks.find((row) => row.option === 'targets')).toMatchObject({ requested: null, same: null, readFrom: 'engine header' })
  })

  it('takes several profiles', async () => {
    const wide = [{ name: 'image', min: [1, 3, 16, 16], opt: [16, 3, 16, 16], max: [32, 3, 16, 16] }]
    const reply = await build({ profiles: [cnnProfile, wide] })
    expect(reply.readBacks.filter((row) => row.option.startsWith('profile')).map((row) => row.option)).toEqual(['profile 0 image', 'profile 1 image'])
  })

  it('two builds at once give the bytes of one', async () => {
    const paths = [out(), out(), out()]
    await Promise.all(paths.slice(0, 2).map((path) => build({ out: path })))
    await build({ out: paths[2] as string })
    const [first, second, third] = paths.map((path) => readFileSync(path))
    expect(first?.equals(second as Buffer)).toBe(true)
    expect(first?.equals(third as Buffer)).toBe(true)
  })
})

describe('progress', () => {
  it("is the builder's own: every phase starts, steps and finishes in order, inside its parent, before the promise settles", async () => {
    const events: HostEvent[] = []
    let settled = false
    const reply = await build({}, (event) => {
      expect(settled).toBe(false)
      events.push(event)
    })
    settled = true
    const phases = events.filter((event): event is Phase => event.kind === 'phase')
    expect(phases[0]).toMatchObject({ action: 'start', name: 'Building engine', parent: null })
    expect(phases.at(-1)).toMatchObject({ action: 'finish', name: 'Building engine' })
    const open: Array<{ name: string; step: number }> = []
    for (const phase of phases) {
      const own = open.findLast((entry) => entry.name === phase.name)
      if (phase.action === 'start') {
        expect(phase.parent === null || open.some((entry) => entry.name === phase.parent)).toBe(true)
        open.push({ name: phase.name, step: 0 })
      } else if (phase.action === 'step') {
        expect(phase.step).toBeGreaterThan(own?.step ?? Infinity)
        expect(phase.step).toBeLessThanOrEqual(phase.steps)
        if (own) own.step = phase.step
      } else {
        expect(own).toBeDefined()
        open.splice(open.lastIndexOf(own as (typeof open)[number]), 1)
      }
    }
    expect(open).toEqual([])
    expect(new Set(reply.phases.map((phase) => phase.name))).toEqual(new Set(phases.filter((phase) => phase.action === 'finish').map((phase) => phase.name)))
    expect(new Set(reply.phases.map((phase) => phase.name)).size).toBe(reply.phases.length)
    const whole = reply.phases.find((phase) => phase.name === 'Building engine')
    expect(whole?.seconds).toBeGreaterThan(0)
    expect(whole?.seconds).toBeLessThanOrEqual(reply.seconds)
  })

  it('a listener that throws ends the call, not the process', async () => {
    const failure = await failureOf(
      build({}, () => {
        throw new Error('listener broke')
      }),
    )
    expect(failure).toMatchObject({ code: 'INTERNAL' })
    expect(failure.message).toContain('listener broke')
  })
})

describe('cancel', () => {
  it('before it begins', async () => {
    const path = out()
    const failure = await failureOf(addon().build(buildRequest(library, path), { signal: AbortSignal.abort() }))
    expect(failure.code).toBe('CANCELLED')
    expect(existsSync(path)).toBe(false)
  })

  it('in the middle: the monitor stops the builder, nothing is written, and the next build works', async () => {
    makeModels(work.path, 400)
    const path = out()
    const controller = new AbortController()
    let after = 0
    const onEvent = (event: HostEvent): void => {
      if (controller.signal.aborted) after += 1
      if (event.kind === 'phase' && event.name === 'Optimizing graph' && event.action === 'step') controller.abort()
    }
    const profile = [{ name: 'x', min: [1, 3, 96, 96], opt: [4, 3, 96, 96], max: [8, 3, 96, 96] }]
    const request = buildRequest(library, path, { onnx: join(work.path, 'slow.onnx'), profiles: [profile] })
    const whole = await addon().build({ ...request, out: out() })
    const began = performance.now()
    const failure = await failureOf(addon().build(request, { signal: controller.signal, onEvent }))
    expect(failure.code).toBe('CANCELLED')
    expect((performance.now() - began) / 1000).toBeLessThan(whole.seconds)
    expect(after).toBeGreaterThan(0)
    expect(existsSync(path)).toBe(false)
    expect(readdirSync(work.path).filter((name) => name.includes('partial'))).toEqual([])
    expect((await build()).bytes).toBeGreaterThan(0)
  })
})

describe('what cannot be built is refused with a code', () => {
  it.each<[string, Partial<BuildRequest>, string]>([
    ['a target that RTX has not', { targets: ['sm90'] }, 'TARGET_UNKNOWN'],
    ['one of two targets', { targets: ['sm86', 'sm100'] }, 'TARGET_UNKNOWN'],
    ['a precision flag', { precision: 'fp16' }, 'BUILD_OPTION_UNSUPPORTED'],
    ['int8', { precision: 'int8' }, 'BUILD_OPTION_UNSUPPORTED'],
    ['a timing cache', { timingCache: '/tmp/cache' }, 'BUILD_OPTION_UNSUPPORTED'],
    ['version compatibility', { versionCompatible: true }, 'BUILD_OPTION_UNSUPPORTED'],
    ['hardware compatibility', { hardwareCompat: 'ampere-plus' }, 'BUILD_OPTION_UNSUPPORTED'],
    ['refit without a GPU', { refit: true }, 'DRIVER_MISSING'],
    ['strip without a GPU', { strip: true }, 'DRIVER_MISSING'],
    ['a device that is not there', { device: 0 }, 'GPU_MISSING'],
    ['unknown operators', { onnx: fixture('unknown_operators.onnx'), profiles: [] }, 'BUILD_UNSUPPORTED_OPERATOR'],
    ['no layers', { onnx: fixture('no_outputs.onnx'), profiles: [] }, 'BUILD_EMPTY_NETWORK'],
    ['no profile for a dynamic input', { profiles: [] }, 'PROFILE_INVALID'],
    ['min over opt', { profiles: [[{ name: 'image', min: [5, 3, 16, 16], opt: [4, 3, 16, 16], max: [8, 3, 16, 16] }]] }, 'PROFILE_INVALID'],
    ['an input that the model lacks', { profiles: [[{ name: 'picture', min: [1], opt: [1], max: [1] }]] }, 'PROFILE_INVALID'],
    ['a rank of its own', { profiles: [[{ name: 'image', min: [1, 3, 16], opt: [1, 3, 16], max: [1, 3, 16] }]] }, 'SHAPE_CONTRADICTS_MODEL'],
    ['a fixed size changed', { profiles: [[{ name: 'image', min: [1, 4, 16, 16], opt: [1, 4, 16, 16], max: [1, 4, 16, 16] }]] }, 'SHAPE_CONTRADICTS_MODEL'],
    ['what Turing has not', { targets: ['sm75'] }, 'BUILD_FAILED'],
  ])('%s', async (_what, change, code) => {
    const path = out()
    const failure = await failureOf(build({ ...change, out: path }))
    expect(failure.code).toBe(code)
    expect(failure.message).not.toBe('')
    expect(failure.remedy).not.toBe('')
    expect(existsSync(path)).toBe(false)
  })

  it('lists every unknown operator in the evidence', async () => {
    const failure = await failureOf(build({ onnx: fixture('unknown_operators.onnx'), profiles: [] }))
    expect(failure.evidence['errors']).toMatchObject([{ operator: 'Frobnicate' }, { operator: 'Twiddle' }])
  })

  it('an output that cannot be written', async () => {
    expect((await failureOf(build({ out: join(work.path, 'no/such/folder/x.engine') }))).code).toBe('OUT_NOT_WRITABLE')
    writeFileSync(join(work.path, 'file'), '')
    expect((await failureOf(build({ out: join(work.path, 'file/x.engine') }))).code).toBe('OUT_NOT_WRITABLE')
  })

  it('a full disk', async (context) => {
    const disk = join(work.path, 'small disk')
    mkdirSync(disk)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk])
    if (mounted.status !== 0) context.skip('mounting a small disk needs root')
    try {
      expect((await failureOf(build({ out: join(disk, 'x.engine') }))).code).toBe('DISK_FULL')
      expect(readdirSync(disk)).toEqual([])
    } finally {
      spawnSync('umount', [disk])
    }
  })

  it('an engine that is there stays whole until the new one is', async () => {
    const path = out()
    writeFileSync(path, 'the engine of before')
    await failureOf(build({ out: path, targets: ['sm90'] }))
    expect(readFileSync(path, 'utf8')).toBe('the engine of before')
    await build({ out: path })
    expect(readFileSync(path).subarray(0, 4).toString()).toBe('vtrt')
  })

  it('takes a name of 250 bytes and follows a linked folder', async () => {
    mkdirSync(join(work.path, 'real'))
    symlinkSync(join(work.path, 'real'), join(work.path, 'linked'))
    const path = join(work.path, 'linked', `${'型'.repeat(80)}${'x'.repeat(3)}.engine`)
    expect((await build({ out: path })).bytes).toBe(statSync(path).size)
  })
})

describe('what needs a GPU says so, and is no error', () => {
  it('describe and open', async () => {
    const engine = out()
    await build({ out: engine })
    const described = await addon().describeEngine({ library, engine, device: null })
    expect(described.engine).toBeNull()
    expect(described.reason).toContain('no NVIDIA driver')
    const opened = await addon().openEngine({ library, engine, device: null })
    expect(opened.session).toBeNull()
    expect(opened.reason).toContain('no NVIDIA driver')
  })

  it('a run with a weight budget and a runtime cache, and a timing', async () => {
    const engine = out()
    await build({ out: engine })
    const ask = { library, engine, device: null, weightBudget: { kind: 'share', value: 0.5 }, runtimeCache: Buffer.from('no cache') } as const
    expect(await addon().openEngine(ask)).toMatchObject({ session: null, reason: expect.stringContaining('no NVIDIA driver') as string })
    const timing = { profile: 0, shapes: [], warmUpMs: 0, durationMs: 0, iterations: 1, cudaGraph: false, overlap: true, profiledRuns: 0 }
    expect(await addon().timeEngine({ ...ask, ...timing })).toMatchObject({ result: null, reason: expect.stringContaining('no NVIDIA driver') as string })
  })

  it('a file that is no engine is refused before any driver is asked', async () => {
    const described = await addon().describeEngine({ library, engine: fixture('cnn.onnx'), device: null })
    expect(described).toEqual({ engine: null, reason: 'it does not begin like an engine' })
  })
})
