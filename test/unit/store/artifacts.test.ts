import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adoptSet, artifactPath, artifactsArePresent } from '../../../electron/core/store/artifacts'

let folder: string
let scratch: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'enginesmith-artifacts-'))
  scratch = join(folder, '.scratch')
  await mkdir(scratch)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function produced(name: string, text: string): Promise<{ kind: 'onnx'; path: string; name: string }> {
  const path = join(scratch, name.replaceAll('/', '-'))
  await writeFile(path, text)
  return { kind: 'onnx', path, name }
}

describe('adoptSet', () => {
  it('takes a file in by rename, under its content, with a relative path', async () => {
    const file = await produced('model.onnx', 'hello')
    const [artifact] = await adoptSet(folder, [file])
    expect(artifact).toMatchObject({
      kind: 'onnx',
      bytes: 5,
      sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
      path: 'artifacts/2cf24dba5fb0a30e/model.onnx',
    })
    await expect(readFile(file.path)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await artifactsArePresent(folder, [artifact!])).toBe(true)
    await writeFile(artifactPath(folder, artifact!), 'hell')
    expect(await artifactsArePresent(folder, [artifact!])).toBe(false)
  })

  it('keeps equal ONNX files with different data apart', async () => {
    const first = await adoptSet(folder, [await produced('m.onnx', 'same'), { ...(await produced('w/data', 'one')), kind: 'onnx-data' }])
    const second = await adoptSet(folder, [await produced('m.onnx', 'same'), { ...(await produced('w/data', 'two')), kind: 'onnx-data' }])
    expect(first[0]!.sha256).toBe(second[0]!.sha256)
    expect(first[0]!.path).not.toBe(second[0]!.path)
    expect(first[1]!.path.endsWith('/w/data')).toBe(true)
    expect(await readFile(artifactPath(folder, first[1]!), 'utf8')).toBe('one')
    expect(await readFile(artifactPath(folder, second[1]!), 'utf8')).toBe('two')
  })
})
