import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { downloadFits } from '../../../build/lib/electron-install.mjs'
import { root } from '../../../build/lib/paths.mjs'
import { run } from '../../../build/lib/process.mjs'
import { differences, fits, installedPackages, pins } from '../../../build/lib/python-find.mjs'
import { filesUnder, keyOf } from '../../../build/lib/stamp.mjs'
import { packagesDiffer } from '../../../build/lib/steps/packages.mjs'

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'setup test '))
})
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true })
})

const put = (name: string, content: string) => {
  const file = path.join(folder, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, content)
  return file
}

describe('npm packages', () => {
  const lock = (packages: object) => JSON.stringify({ packages: { '': { name: 'x' }, ...packages } })
  const a = { version: '1.0.0', integrity: 'sha512-a' }

  it('agree when every locked package is there', () => {
    const file = put('package-lock.json', lock({ 'node_modules/a': a, 'node_modules/other-system': { ...a, optional: true } }))
    put('node_modules/.package-lock.json', lock({ 'node_modules/a': a }))
    put('node_modules/a/package.json', '{}')
    expect(packagesDiffer(file, path.join(folder, 'node_modules'))).toBeNull()
  })

  it.each([
    ['nothing installed', {}, false, 'is not there'],
    ['a package not installed', { 'node_modules/.package-lock.json': lock({}) }, true, 'node_modules/a is missing'],
    ['another version', { 'node_modules/.package-lock.json': lock({ 'node_modules/a': { ...a, version: '0.9.0' } }) }, true, 'another version'],
    ['another content', { 'node_modules/.package-lock.json': lock({ 'node_modules/a': { ...a, integrity: 'sha512-b' } }) }, true, 'another version'],
    ['a folder removed by hand', { 'node_modules/.package-lock.json': lock({ 'node_modules/a': a }) }, false, 'was removed'],
  ])('differ: %s', (_name, files, withFolder, message) => {
    const file = put('package-lock.json', lock({ 'node_modules/a': a }))
    for (const [name, content] of Object.entries(files)) put(name, content)
    if (withFolder) put('node_modules/a/package.json', '{}')
    expect(packagesDiffer(file, path.join(folder, 'node_modules'))).toContain(message)
  })
})

describe('Python', () => {
  it.each([
    ['3.10.14', false],
    ['3.11.0', true],
    ['3.13.2', true],
    ['3.14.0', false],
    ['2.7.18', false],
  ])('%s fits: %s', (version, expected) => {
    expect(fits(version)).toBe(expected)
  })

  it('reads exact pins and leaves out another system', () => {
    const text = [
      '# note',
      'torch==2.11.0',
      'Tensor_RT.x==1.7.1.116; platform_system == "Plan9"',
      'numpy==2.4.6 ; platform_system == "Linux" or platform_system == "Windows" or platform_system == "Darwin"',
      '-r other.txt',
    ].join('\n')
    expect(pins(text)).toEqual([
      { name: 'torch', version: '2.11.0' },
      { name: 'numpy', version: '2.4.6' },
    ])
  })

  it('reads an environment without starting it, and counts no package whose installation was cut short', () => {
    const packages = process.platform === 'win32' ? 'Lib/site-packages' : 'lib/python3.11/site-packages'
    put(`${packages}/torch-2.11.0+cpu.dist-info/RECORD`, '')
    put(`${packages}/onnx_ir-1.1.0.dist-info/RECORD`, '')
    put(`${packages}/half_done-1.0.dist-info/METADATA`, '')
    expect(installedPackages(folder)).toEqual(
      new Map([
        ['torch', '2.11.0+cpu'],
        ['onnx-ir', '1.1.0'],
      ]),
    )
    expect(installedPackages(path.join(folder, 'nowhere'))).toBeNull()
  })

  it('compares without the local part of a version', () => {
    const installed = new Map([
      ['torch', '2.11.0+cpu'],
      ['numpy', '2.4.5'],
    ])
    const wanted = pins('torch==2.11.0\nnumpy==2.4.6\nonnx==1.23.2')
    expect(differences(installed, wanted)).toEqual(['numpy is 2.4.5, wanted 2.4.6', 'onnx is missing'])
  })

  it('pins every package of the requirements in the constraints too', () => {
    const read = (name: string) => fs.readFileSync(path.join(root, 'resources', 'python', name), 'utf8')
    const constraints = new Map(pins(read('constraints.txt')).map(({ name, version }) => [name, version]))
    for (const { name, version } of [...pins(read('requirements.txt')), ...pins(read('requirements-test.txt'))])
      expect([name, constraints.get(name)]).toEqual([name, version])
  })
})

describe('Electron', () => {
  it.each([
    ['20.20.2', false],
    ['22.11.0', false],
    ['22.12.0', true],
    ['24.0.0', true],
  ])('under Node %s the current one can be downloaded: %s', (version, expected) => {
    expect(downloadFits(version)).toBe(expected)
  })
})

describe('stamps', () => {
  it('change with a name and with a content, not with a time', () => {
    const file = put('a/b.txt', 'one')
    const key = () => keyOf({ files: filesUnder([folder]) })
    const first = key()
    fs.utimesSync(file, 1, 1)
    expect(key()).toBe(first)
    fs.writeFileSync(file, 'two')
    expect(key()).not.toBe(first)
    fs.writeFileSync(file, 'one')
    fs.renameSync(file, path.join(folder, 'a', 'c.txt'))
    expect(key()).not.toBe(first)
    expect(keyOf({ values: { a: 1 } })).not.toBe(keyOf({ values: { a: 2 } }))
  })

  it('leave out what is kept away', () => {
    put('a/b.txt', '')
    put('a/out/c.txt', '')
    expect(filesUnder([folder], (name) => !name.endsWith('/out')).map((file) => path.basename(file))).toEqual(['b.txt'])
  })
})

describe('programs', () => {
  it('give their output, and their last words when they fail', async () => {
    expect((await run(process.execPath, ['-e', 'console.log(1)'], { quiet: true })).stdout).toBe('1\n')
    await expect(run(process.execPath, ['-e', 'console.error("the reason"); process.exit(3)'], { quiet: true })).rejects.toThrow(/exit code 3[\s\S]*the reason/)
    await expect(run(path.join(folder, 'no such program'), [], { quiet: true })).rejects.toThrow(/could not be started/)
  })

  it('hand on whole lines, a carriage return ends one too', async () => {
    const seen: string[] = []
    await run(process.execPath, ['-e', 'process.stdout.write("a\\rb\\nc")'], { onLine: (line) => seen.push(line) })
    expect(seen).toEqual(['a', 'b', 'c'])
  })
})
