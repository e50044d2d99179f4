import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ChildEngineHost } from '../../../electron/core/engine-host/child-host'
import { createNodeLauncher } from '../../../electron/core/engine-host/node-launcher'
import { EnginesmithError } from '../../../electron/core/errors'
import { fromNumbers, readSafetensors, toNumbers, writeSafetensors } from '../../../electron/core/tensors'
import { python } from '../cli/harness'
import { addon, hasAddon, hostEntry } from './host-entry'

const onnx = join(import.meta.dirname, '..', '..', '..', 'resources', 'samples', 'shapes.onnx')

describe('the engine host as a child of Node', () => {
  let host: ChildEngineHost
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'enginesmith-test-'))
    host = new ChildEngineHost(createNodeLauncher({ entry: await hostEntry(), addon }))
  })
  afterEach(async () => {
    await host.dispose()
    await rm(folder, { recursive: true, force: true })
  })

  it('describes and runs an ONNX file', async () => {
    const { inputs, outputs } = await host.call('ort.describe', { onnx })
    expect(inputs).toHaveLength(1)
    const shape = inputs[0]!.shape.map((dim) => (typeof dim === 'number' ? dim : 3))
    const count = shape.reduce((a, b) => a * b, 1)
    const values = Array.from({ length: count }, (_, i) => Math.sin(i))
    const input = join(folder, 'in.safetensors')
    const output = join(folder, 'out.safetensors')
    await writeSafetensors(input, new Map([[inputs[0]!.name, { dtype: 'float32', shape, data: fromNumbers('float32', shape, values).data }]]))
    const { seconds, version } = await host.call('ort.run', { onnx, inputs: [input], outputs: [output] })
    expect(seconds).toBeGreaterThan(0)
    expect(version).toMatch(/^\d+\.\d+/)
    const result = (await readSafetensors(output)).get(outputs[0]!.name)!
    expect(result.shape[0]).toBe(3)
    expect(toNumbers(result).every(Number.isFinite)).toBe(true)
  })

  it('takes two sizes that are both named "?" for two', async () => {
    const made = join(folder, 'unnamed.onnx')
    const make = `import sys, onnx; from onnx import helper as h, TensorProto as t
value = lambda name: h.make_tensor_value_info(name, t.FLOAT, ['N', '?', '?'])
onnx.save(h.make_model(h.make_graph([h.make_node('Relu', ['x'], ['y'])], 'g', [value('x')], [value('y')]), opset_imports=[h.make_opsetid('', 17)], ir_version=8), sys.argv[1])`
    execFileSync(python, ['-c', make, made])
    const { inputs } = await host.call('ort.describe', { onnx: made })
    expect(inputs[0]?.shape).toEqual(['N', 'x_1', 'x_2'])
  })

  it('says what is wrong with a file that is no ONNX, and goes on', async () => {
    const bad = join(folder, 'bad.onnx')
    await writeSafetensors(bad, new Map())
    await expect(host.call('ort.describe', { onnx: bad })).rejects.toMatchObject({ code: 'ONNX_INVALID' })
    await expect(host.call('ort.describe', { onnx })).resolves.toBeTruthy()
  })

  it('names the file that is not there', async () => {
    await expect(host.call('ort.describe', { onnx: join(folder, 'none.onnx') })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })

  it('works without the addon for everything but the addon', async () => {
    const bare = new ChildEngineHost(createNodeLauncher({ entry: await hostEntry(), addon: join(folder, 'none.node') }))
    try {
      await expect(bare.call('addon.info', {})).rejects.toMatchObject({ code: 'ADDON_MISSING', remedy: expect.stringContaining('setup') as string })
      await expect(bare.call('ort.describe', { onnx })).resolves.toBeTruthy()
    } finally {
      await bare.dispose()
    }
  })

  for (const signal of ['SIGKILL', 'SIGSEGV', 'SIGABRT', 'SIGBUS'] as const) {
    it(`turns ${signal} into HOST_CRASHED and starts a fresh host at the next call`, async () => {
      await host.call('ort.describe', { onnx })
      const first = host.pid!
      // Stopped first, so that the call is surely under way when the signal takes effect.
      process.kill(first, 'SIGSTOP')
      const call = host.call('ort.describe', { onnx })
      process.kill(first, signal)
      process.kill(first, 'SIGCONT')
      const error = await call.then(
        () => null,
        (fault: unknown) => fault,
      )
      expect(error).toBeInstanceOf(EnginesmithError)
      expect(error).toMatchObject({ code: 'HOST_CRASHED', evidence: { signal, method: 'ort.describe' } })
      await host.call('ort.describe', { onnx })
      expect(host.pid).not.toBe(first)
    })
  }

  it('ends a call that ignores its cancel within 1.5 s, and keeps the other calls', async () => {
    await host.call('ort.describe', { onnx })
    const first = host.pid!
    const controller = new AbortController()
    // A stopped process hears no cancel, as one that is deep in native code hears none.
    process.kill(first, 'SIGSTOP')
    const stuck = host.call('ort.describe', { onnx }, { signal: controller.signal })
    const begin = performance.now()
    controller.abort()
    const other = host.call('ort.describe', { onnx })
    await expect(stuck).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(performance.now() - begin).toBeLessThan(1500)
    await expect(other).resolves.toBeTruthy()
    await host.call('ort.describe', { onnx })
    expect(host.pid).not.toBe(first)
  })

  it('ends with its parent: no host is left behind', async () => {
    await host.call('ort.describe', { onnx })
    const { pid } = host
    await host.dispose()
    await expect.poll(() => isAlive(pid!), { timeout: 3000 }).toBe(false)
  })

  it.runIf(hasAddon)('compares tensor files with the addon', async () => {
    const shape = [2, 3]
    const reference = join(folder, 'reference.safetensors')
    const candidate = join(folder, 'candidate.safetensors')
    await writeSafetensors(
      reference,
      new Map([
        ['y', fromNumbers('float32', shape, [1, 2, 3, 4, 5, 6])],
        ['gone', fromNumbers('float32', [1], [1])],
      ]),
    )
    await writeSafetensors(
      candidate,
      new Map([
        ['y', fromNumbers('float32', shape, [1, 2, 3, 4, 5, 7])],
        ['new', fromNumbers('float32', [1], [1])],
      ]),
    )
    const { outputs } = await host.call('tensors.compare', { reference: [reference], candidate: [candidate], rule: 'numpy', tolerances: {} })
    const row = (name: string): (typeof outputs)[number] | undefined => outputs.find((one) => one.output === name)
    expect(row('y')).toMatchObject({ verdict: 'fail', problem: 'mismatch', compared: 6, mismatched: 1, maxAbs: 1 })
    expect(row('gone')).toMatchObject({ verdict: 'fail', problem: 'missing', compared: 0, maxAbs: null })
    expect(row('new')).toMatchObject({ verdict: 'fail', problem: 'extra' })
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
