import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Artifact } from '../../../contract/run'
import { checkOutput, placeArtifacts } from '../../../electron/cli/place-file'
import { textOf } from '../../../electron/cli/text'

const text = textOf('en')
let folder = ''
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'place-'))
})
afterEach(() => fs.rm(folder, { recursive: true, force: true }))
const at = (...parts: string[]) => path.join(folder, ...parts)
const artifact = (kind: Artifact['kind'], file: string): Artifact => ({ kind, path: file, sha256: 'a'.repeat(64), bytes: 1 })

describe('checkOutput', () => {
  it('takes a new name and leaves nothing behind', async () => {
    await checkOutput(at('new.onnx'), at('in.pt'), { force: false, text })
    expect(await fs.readdir(folder)).toEqual([])
  })

  it('takes the longest name that the disk takes, and no longer one', async () => {
    await checkOutput(at('n'.repeat(250) + '.onnx'), at('in.pt'), { force: false, text })
    await expect(checkOutput(at('n'.repeat(256)), at('in.pt'), { force: false, text })).rejects.toMatchObject({ code: 'PATH_TOO_LONG' })
  })

  it('refuses what exists unless forced, a folder and the input always', async () => {
    await fs.writeFile(at('there.onnx'), 'x')
    await fs.mkdir(at('folder'))
    await fs.symlink(at('there.onnx'), at('link.onnx'))
    await expect(checkOutput(at('there.onnx'), at('in.pt'), { force: false, text })).rejects.toMatchObject({ code: 'OUT_EXISTS' })
    await checkOutput(at('there.onnx'), at('in.pt'), { force: true, text })
    expect(await fs.readFile(at('there.onnx'), 'utf8')).toBe('x')
    await expect(checkOutput(at('folder'), at('in.pt'), { force: true, text })).rejects.toMatchObject({ code: 'OUT_NOT_WRITABLE' })
    await expect(checkOutput(at('link.onnx'), at('there.onnx'), { force: true, text })).rejects.toMatchObject({ code: 'OUT_EXISTS' })
  })

  it('refuses a folder that is not there, or that is a file', async () => {
    await fs.writeFile(at('file'), '')
    await expect(checkOutput(at('none', 'x.onnx'), at('in.pt'), { force: false, text })).rejects.toMatchObject({ code: 'OUT_NOT_WRITABLE' })
    await expect(checkOutput(at('file', 'x.onnx'), at('in.pt'), { force: false, text })).rejects.toMatchObject({ code: 'OUT_NOT_WRITABLE' })
  })
})

describe('placeArtifacts', () => {
  const onnx = artifact('onnx', 'artifacts/1/model.onnx')
  const data = artifact('onnx-data', 'artifacts/1/model.onnx.data')
  const from = (one: Artifact) => at('run', one.path)
  beforeEach(async () => {
    await fs.mkdir(at('run', 'artifacts', '1'), { recursive: true })
    await fs.mkdir(at('out'))
    await fs.writeFile(from(onnx), 'graph')
    await fs.writeFile(from(data), 'weights')
  })

  it('gives the main file the name asked for and its data the name it is referenced by', async () => {
    const placed = await placeArtifacts(onnx, [data], at('out', 'mine.onnx'), from, { force: false, text })
    expect(placed.map(({ kind, path: file }) => [kind, file])).toEqual([
      ['onnx', at('out', 'mine.onnx')],
      ['onnx-data', at('out', 'model.onnx.data')],
    ])
    expect((await fs.readdir(at('out'))).sort()).toEqual(['mine.onnx', 'model.onnx.data'])
    expect(await fs.readFile(at('out', 'model.onnx.data'), 'utf8')).toBe('weights')
  })

  it("refuses to write over another file's data, and writes nothing then", async () => {
    await fs.writeFile(at('out', 'model.onnx.data'), 'other')
    await expect(placeArtifacts(onnx, [data], at('out', 'mine.onnx'), from, { force: false, text })).rejects.toMatchObject({ code: 'OUT_EXISTS' })
    expect(await fs.readdir(at('out'))).toEqual(['model.onnx.data'])
    await expect(placeArtifacts(onnx, [data], at('out', 'model.onnx.data'), from, { force: true, text })).rejects.toMatchObject({ code: 'OUT_EXISTS' })
    await placeArtifacts(onnx, [data], at('out', 'mine.onnx'), from, { force: true, text })
    expect(await fs.readFile(at('out', 'model.onnx.data'), 'utf8')).toBe('weights')
  })

  it('leaves no half file where the source is gone', async () => {
    await fs.rm(from(onnx))
    await expect(placeArtifacts(onnx, [], at('out', 'mine.onnx'), from, { force: false, text })).rejects.toThrow()
    expect(await fs.readdir(at('out'))).toEqual([])
  })
})
