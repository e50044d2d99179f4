import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EnginesmithError } from '../../../electron/core/errors'
import { offerPythons, pythonsHaving } from '../../../electron/core/python/having'
import { probePython } from '../../../electron/core/python/probe'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'es-having-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** An interpreter that answers the probe, with these packages' metadata and these importable files. */
async function environment(name: string, packages: readonly string[], files: readonly string[]) {
  const site = join(folder, name, 'site')
  const path = join(folder, name, 'python')
  await mkdir(site, { recursive: true })
  await writeFile(path, `#!/bin/sh\nprintf 'enginesmith-python 3.11.2\\n${site}'\n`)
  await chmod(path, 0o755)
  for (const each of packages) {
    await mkdir(join(site, `${each}-1.0.dist-info`))
    await writeFile(join(site, `${each}-1.0.dist-info`, 'METADATA'), `Name: ${each}\nVersion: 1.0\n`)
  }
  for (const file of files) {
    await mkdir(join(site, file, '..'), { recursive: true })
    await writeFile(join(site, file), '')
  }
  return probePython(path, 'path')
}

describe.skipIf(process.platform === 'win32')('Pythons that have a missing module', () => {
  it('are those with torch and the top package, as a folder, a file or by its metadata', async () => {
    const found = [
      await environment('plain', ['torch'], []),
      await environment('folder', ['torch'], ['detector/__init__.py']),
      await environment('file', ['torch'], ['detector.py']),
      await environment('named', ['torch', 'detector'], []),
      await environment('torchless', [], ['detector/__init__.py']),
    ]
    const having = await pythonsHaving('detector.nn.heads', found)
    expect(having.map((python) => python.path)).toEqual(['folder', 'file', 'named'].map((name) => join(folder, name, 'python')))
  })

  it('are offered one click away, but not the one that was asked', async () => {
    const found = [await environment('asked', ['torch'], []), await environment('other', ['torch'], ['detector.py'])]
    const [asked, other] = found.map((python) => python.path)
    const error = new EnginesmithError('LOAD_CLASS_MISSING', 'no module', 'Choose the folder.', { module: 'detector', python: asked ?? '' }, [
      { kind: 'choose-folder', label: 'Choose the project folder' },
    ])
    const offered = await offerPythons(error, () => Promise.resolve(found))
    expect(offered).toMatchObject({
      code: 'LOAD_CLASS_MISSING',
      evidence: { module: 'detector', environments: [other] },
      actions: [{ kind: 'choose-python', value: other }, { kind: 'choose-folder' }],
    })
    expect((offered as EnginesmithError).remedy).toContain(other ?? '-')
    const lacking = new EnginesmithError('LOAD_CLASS_MISSING', 'no class', 'It has: A.', { module: 'detector', classes: ['A'] })
    expect(await offerPythons(lacking, () => Promise.resolve(found))).toBe(lacking)
  })
})
