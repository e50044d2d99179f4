import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { doctorDocumentSchema, environmentSchema, type Environment } from '../../../contract/environment'
import type { NativeMethod } from '../../../contract/native'
import { settingsSchema, type Settings } from '../../../contract/settings'
import type { EngineHost } from '../../../electron/core/api'
import { EnginesmithError } from '../../../electron/core/errors'
import { createToolchain, environmentFinding } from '../../../electron/core/toolchain'
import { savedElsewhereFinding } from '../../../electron/core/toolchain/compare'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'es-toolchain-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A host at the port itself: what lies behind it is tested with the real library elsewhere. */
function host(answers: Partial<Record<NativeMethod, (params: Record<string, unknown>) => unknown>>): EngineHost & { calls: Array<[string, unknown]> } {
  const calls: Array<[string, unknown]> = []
  return {
    calls,
    call: async (method, params) => {
      calls.push([method, params])
      const answer = answers[method]
      if (answer === undefined) throw new EnginesmithError('ADDON_MISSING', 'The native addon is not there.', 'Run npm run setup.')
      return answer(params as Record<string, unknown>) as never
    },
    dispose: async () => undefined,
  }
}
const library = (flavour: unknown) => ({
  library: flavour === 'tensorrt-rtx' ? { flavour, path: '/l/libtensorrt_rtx.so.1', parserPath: '/l/p', version: '1.7.1.116', table: 'rtx1_5' } : null,
  attempts: flavour === 'tensorrt-rtx' ? [] : [{ path: '/usr/lib', reason: 'there is no libnvinfer' }],
  warnings: [],
})
const healthy = {
  'addon.info': () => ({ version: '1', napi: 8, tables: [], onnxruntime: '1.30.0' }),
  'cuda.devices': () => ({ driver: null, devices: [], reason: 'libcuda.so.1 was not found' }),
  'library.find': (params: Record<string, unknown>) => library(params['flavour']),
}

async function python(name: string, packages: Record<string, string>): Promise<string> {
  const site = join(folder, name, 'site')
  await mkdir(join(folder, name, 'bin'), { recursive: true })
  const path = join(folder, name, 'bin', 'python')
  await writeFile(path, `#!/bin/sh\nprintf 'enginesmith-python 3.11.7\\n${site}'\n`)
  await chmod(path, 0o755)
  for (const [each, version] of Object.entries(packages)) {
    await mkdir(join(site, `${each}.dist-info`), { recursive: true })
    await writeFile(join(site, `${each}.dist-info`, 'METADATA'), `Name: ${each}\nVersion: ${version}\n`)
  }
  return path
}
const make = (settings: Partial<Settings>, port: EngineHost, managedPython: string, variables: NodeJS.ProcessEnv = {}) =>
  createToolchain({ settings: () => settingsSchema.parse(settings), host: port, managedPython, app: { version: '0.1.0', electron: null }, variables })

describe.skipIf(process.platform === 'win32')('createToolchain', () => {
  it('makes a document that keeps the contract, and an environment from it', async () => {
    const managed = await python('managed', { torch: '2.11.0', numpy: '2.0', requests: '1' })
    const toolchain = make({}, host(healthy), managed)
    const doctor = await toolchain.doctor()
    expect(doctorDocumentSchema.parse(doctor)).toEqual(doctor)
    expect(doctor).toMatchObject({ python: { path: managed, version: '3.11.7' }, torch: '2.11.0', driver: null, gpus: [] })
    expect(doctor.engines['tensorrt-rtx']).toMatchObject({ available: true, version: '1.7.1.116' })
    for (const engine of Object.values(doctor.engines)) expect(engine.available || engine.attempts.length > 0).toBe(true)
    expect(doctor.engines.onnxruntime.available).toBe(true)
    expect(doctor.findings.filter((finding) => finding.severity === 'error')).toEqual([])
    expect(doctor.findings.map((finding) => finding.code)).toContain('DRIVER_MISSING')
    const environment = await toolchain.environment()
    expect(environmentSchema.parse(environment)).toEqual(environment)
    expect(environment).toMatchObject({ tensorrtRtx: '1.7.1.116', tensorrt: null, packages: { torch: '2.11.0', numpy: '2.0' } })
    expect(environment.packages['requests']).toBeUndefined()
  })

  it('asks once, again on refresh, and again when a setting that matters changed', async () => {
    const port = host(healthy)
    let path: string | null = null
    const toolchain = createToolchain({
      settings: () => settingsSchema.parse({ tensorrtPath: path }),
      host: port,
      managedPython: '/none',
      app: { version: '1', electron: null },
      variables: {},
    })
    const times = () => port.calls.filter(([method]) => method === 'cuda.devices').length
    await toolchain.doctor()
    await toolchain.environment()
    expect(times()).toBe(1)
    await toolchain.doctor({ refresh: true })
    expect(times()).toBe(2)
    path = '/opt/trt'
    await toolchain.doctor()
    expect(times()).toBe(3)
  })

  it('says which of several GPUs work goes to, and warns of a chosen one that is gone', async () => {
    const gpus = ['L4', 'H100'].map((name, index) => ({ index, name, computeCapability: '9.0', memoryBytes: 1 }))
    const port = host({ ...healthy, 'cuda.devices': () => ({ driver: '580', devices: gpus, reason: null }) })
    let device: number | null = null
    const settings = (): Settings => settingsSchema.parse({ device })
    const toolchain = createToolchain({ settings, host: port, managedPython: '/none', app: { version: '1', electron: null }, variables: {} })
    expect((await toolchain.doctor()).device).toBe(0)
    // The machine is not looked at again for it.
    device = 1
    expect((await toolchain.doctor()).device).toBe(1)
    expect(port.calls.filter(([method]) => method === 'cuda.devices')).toHaveLength(1)
    device = 2
    const gone = await toolchain.doctor()
    expect(gone.device).toBeNull()
    expect(gone.findings.filter(({ code }) => code === 'GPU_MISSING')).toMatchObject([
      { severity: 'warning', evidence: { device: 2, gpus: ['0 L4 (9.0)', '1 H100 (9.0)'], setting: true } },
    ])
    expect(doctorDocumentSchema.parse(gone)).toEqual(gone)
    const none = await make({ device: 1 }, host(healthy), '/none').doctor()
    expect([none.device, none.findings.map(({ code }) => code).includes('GPU_MISSING')]).toEqual([null, false])
  })

  it('without addon: says so once, and ONNX Runtime is still there', async () => {
    const doctor = await make({}, host({}), '/none').doctor()
    expect(doctor.findings.filter((finding) => finding.code === 'ADDON_MISSING')).toHaveLength(1)
    expect(doctor.engines.tensorrt.attempts[0]?.reason).toContain('addon')
    expect(doctor.engines.onnxruntime.available).toBe(true)
    expect(doctor.python.path).toBeNull()
    expect(doctor.findings.map((finding) => finding.code)).toContain('PYTHON_MISSING')
  })

  it('obeys a setting even where it is broken, and prefers the managed one to what it finds', async () => {
    const managed = await python('own', { torch: '2.11.0' })
    const active = await python('active', { torch: '2.0' })
    const variables = { VIRTUAL_ENV: join(folder, 'active') }
    expect((await make({}, host(healthy), managed, variables).userPython())?.path).toBe(managed)
    expect((await make({}, host(healthy), '/none', variables).userPython())?.path).toBe(active)
    const broken = make({ python: join(folder, 'gone') }, host(healthy), managed, variables)
    expect(await broken.userPython()).toMatchObject({ source: 'setting', reason: 'there is no such file' })
    expect((await broken.managedPython())?.path).toBe(managed)
    expect((await broken.doctor()).findings.map((finding) => finding.code)).toContain('PYTHON_BROKEN')
    const bare = await python('bare', {})
    expect((await make({ python: bare }, host(healthy), managed).doctor()).findings.map((finding) => finding.code)).toContain('TORCH_MISSING')
  })

  it('looks for libraries in the order of the design', async () => {
    const managed = await python('with-rtx', {})
    await mkdir(join(folder, 'with-rtx/site/tensorrt_rtx_libs'), { recursive: true })
    const toolchain = make({ tensorrtRtxPath: '/set' }, host(healthy), managed, { TENSORRT_ROOT: '/root/trt', TENSORRT_RTX_ROOT: '/root/rtx' })
    expect((await toolchain.libraryPlaces('tensorrt-rtx')).map((place) => place.path)).toEqual([
      '/set',
      join(folder, 'with-rtx/site/tensorrt_rtx_libs'),
      '/root/rtx',
      '/root/trt',
    ])
    expect((await toolchain.libraryPlaces('tensorrt')).map((place) => place.path)).toEqual([join(folder, 'with-rtx/site/tensorrt_libs'), '/root/trt'])
  })
})

describe('environmentFinding', () => {
  const here: Environment = environmentSchema.parse({
    app: '0.1.0',
    platform: 'linux-x64',
    node: '20.1.0',
    electron: null,
    python: '3.11.7',
    pythonPath: '/a/python',
    torch: '2.11.0',
    cuda: '13.0',
    driver: null,
    gpus: [],
    tensorrt: null,
    tensorrtRtx: '1.7.1.116',
    onnxruntime: '1.30.0',
    packages: { numpy: '2.0' },
  })
  it('tells what a file says it was saved with from what is here, by series', () => {
    expect(savedElsewhereFinding({ torch: '2.11.0', nodes: '3' }, { torch: '2.11.1+cu130' })).toBeNull()
    const finding = savedElsewhereFinding({ torch: '2.6.0', ultralytics: '8.3.1' }, { torch: '2.11.0' })
    expect(finding).toMatchObject({ code: 'ENVIRONMENT_DIFFERS', severity: 'warning' })
    expect(finding?.evidence['differences']).toEqual([
      { name: 'torch', made: '2.6.0', here: '2.11.0' },
      { name: 'ultralytics', made: '8.3.1', here: 'none' },
    ])
  })
  it('is silent about a path alone, and names what differs', () => {
    expect(environmentFinding({ ...here, pythonPath: '/b/python' }, here, 'The ONNX file')).toBeNull()
    const made: Environment = { ...here, torch: '2.10.0', gpus: [{ name: 'H200', computeCapability: '9.0', memoryBytes: 1 }], packages: {} }
    const finding = environmentFinding(made, here, 'The ONNX file')
    expect(finding).toMatchObject({ code: 'ENVIRONMENT_DIFFERS', severity: 'warning' })
    expect(finding?.message).toContain('torch: 2.10.0 then, 2.11.0 now')
    expect(finding?.evidence['differences']).toEqual([
      { name: 'torch', made: '2.10.0', here: '2.11.0' },
      { name: 'GPU', made: 'H200 (9.0)', here: 'none' },
      { name: 'package numpy', made: 'none', here: '2.0' },
    ])
  })
})
