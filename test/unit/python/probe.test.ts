import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findCandidates } from '../../../electron/core/python/find'
import { probePython } from '../../../electron/core/python/probe'
import { pythonVariables } from '../../../electron/core/python/variables'
import { createPythonWorkers } from '../../../electron/core/python/workers'

const managed = join(import.meta.dirname, '../../../.venv/bin/python')
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'es-python-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function program(name: string, script: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, script)
  await chmod(path, 0o755)
  return path
}

/** A virtual environment as `python -m venv` lays it out, around the machine's own interpreter, with given metadata. */
async function environment(name: string, packages: Record<string, string>): Promise<string> {
  const script = `#!/bin/sh\nprintf 'enginesmith-python 3.11.2\\n${folder}/${name}/site'\n`
  await mkdir(join(folder, name, 'bin'), { recursive: true })
  const path = join(folder, name, 'bin', 'python')
  await writeFile(path, script)
  await chmod(path, 0o755)
  for (const [each, version] of Object.entries(packages)) {
    const info = join(folder, name, 'site', `${each}-${version}.dist-info`)
    await mkdir(info, { recursive: true })
    await writeFile(join(info, 'METADATA'), `Metadata-Version: 2.1\nName: ${each}\nVersion: ${version}\n\nText with Version: 9\n`)
  }
  return path
}

describe.skipIf(process.platform === 'win32')('probePython', () => {
  it('reads packages from metadata, and again once they changed', async () => {
    const path = await environment('venv', { Torch: '2.11.0', typing_extensions: '4.1' })
    expect(await probePython(path, 'setting')).toEqual({
      path,
      source: 'setting',
      version: '3.11.2',
      packages: { torch: '2.11.0', 'typing-extensions': '4.1' },
      reason: null,
    })
    await environment('venv', { onnx: '1.0' })
    expect((await probePython(path, 'setting')).packages['onnx']).toBe('1.0')
  })

  it.skipIf(!existsSync(managed))('finds packages in a folder that a .pth file adds, as an editable install does', async () => {
    const venv = join(folder, 'editable')
    execFileSync(managed, ['-m', 'venv', '--without-pip', venv])
    const path = join(venv, 'bin', 'python')
    const site = execFileSync(path, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"), end="")'], { encoding: 'utf8' })
    const added = join(folder, 'added')
    await mkdir(join(added, 'own_net-2.5.dist-info'), { recursive: true })
    await writeFile(join(added, 'own_net-2.5.dist-info', 'METADATA'), 'Name: own_net\nVersion: 2.5\n')
    expect((await probePython(path, 'setting')).packages).toEqual({})
    await writeFile(join(site, 'own.pth'), `${added}\n${join(folder, 'not-there')}\n`)
    expect((await probePython(path, 'setting')).packages).toEqual({ 'own-net': '2.5' })
  })

  it.each([
    ['nothing there', null, 'no such file'],
    ['a program that is no Python', '#!/bin/sh\necho "Python 3.11.2"\n', 'does not behave like a Python'],
    ['a program that fails', '#!/bin/sh\necho "libpython3.so: cannot open" >&2\nexit 127\n', 'libpython3.so'],
    ['a program that hangs', '#!/bin/sh\nexec sleep 30\n', 'did not answer'],
    ['a Python 2', '#!/bin/sh\necho "enginesmith-python 2.7.18"\n', 'too old'],
    ['a text file', 'just words', 'does not behave like a Python'],
  ])('says why it cannot be %s', async (name, script, reason) => {
    const path = script === null ? join(folder, 'gone') : await program(name, script)
    const found = await probePython(path, 'setting', 1_000)
    expect(found.reason).toContain(reason)
  })

  it.skipIf(!existsSync(managed))('knows the managed environment', async () => {
    const found = await probePython(managed, 'managed')
    expect(found).toMatchObject({ reason: null, version: expect.stringMatching(/^3\./) as string })
    expect(found.packages).toMatchObject({ torch: expect.stringMatching(/^2\./) as string, safetensors: expect.any(String) as string })
  })
})

describe.skipIf(process.platform === 'win32')('findCandidates', () => {
  it('keeps the order of the design and lists a setting that is not there', async () => {
    const one = await program('one/bin/python'.replace('/bin/', '-'), '')
    await environment('active', {})
    const found = await findCandidates({ setting: join(folder, 'gone'), managed: one, variables: { VIRTUAL_ENV: join(folder, 'active'), PATH: '/nowhere' } })
    expect(found).toEqual([
      { path: join(folder, 'gone'), source: 'setting' },
      { path: one, source: 'managed' },
      { path: join(folder, 'active/bin/python'), source: 'virtualenv' },
    ])
  })
})

it('pythonVariables lets through neither import paths nor trust', () => {
  const variables = pythonVariables('/p', '/r', {
    PATH: '/bin',
    PYTHONPATH: '/evil',
    PYTHONSTARTUP: 'x',
    TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD: '1',
    HOME: '/h',
    SECRET: 's',
  })
  expect(variables).toEqual({ PATH: '/bin', HOME: '/h', PYTHONPATH: '/r', PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1' })
})

describe('createPythonWorkers', () => {
  const python = { path: '/p', source: 'setting' as const, version: '3.11', packages: {}, reason: null }
  const workers = (user: typeof python | (Omit<typeof python, 'reason'> & { reason: string }) | null) =>
    createPythonWorkers({ userPython: async () => user, managedPython: async () => null, resources: '/r' })
  it('says which of the three is wrong', async () => {
    await expect(workers(null).user()).rejects.toMatchObject({ code: 'PYTHON_MISSING' })
    await expect(workers({ ...python, reason: 'it hangs' }).user()).rejects.toMatchObject({
      code: 'PYTHON_BROKEN',
      message: expect.stringContaining('it hangs') as string,
    })
    await expect(workers(python).user()).rejects.toMatchObject({ code: 'TORCH_MISSING', remedy: expect.stringContaining('pip install torch') as string })
    await expect(workers(python).managed()).rejects.toMatchObject({ code: 'PYTHON_MISSING' })
  })
})
