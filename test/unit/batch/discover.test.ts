import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { discover } from '../../../electron/core/batch/discover'

let folder = ''
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-discover-'))
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

const file = (...parts: string[]): string => {
  const at = path.join(folder, ...parts)
  fs.mkdirSync(path.dirname(at), { recursive: true })
  fs.writeFileSync(at, parts.join('/'))
  return at
}
const names = async (sources: string[], leaveOut: string[] = []): Promise<string[]> => (await discover(sources, { leaveOut })).files.map((one) => one.name)

describe('what is found in what was dropped', () => {
  it('is every file below, by name, each once, and not what tools or this program keep there', async () => {
    for (const at of [
      'b/two.onnx',
      'a/one.pt',
      'a/deep/er/three',
      '.git/objects/x',
      'node_modules/y.onnx',
      'out/run.json',
      'out/artifacts/z.onnx',
      'all/batch.json',
      'all/runs/q.onnx',
    ])
      file(...at.split('/'))
    expect(await names([folder, path.join(folder, 'a', 'one.pt')])).toEqual(['a/deep/er/three', 'a/one.pt', 'b/two.onnx'])
    expect(await names([folder], [path.join(folder, 'a')])).toEqual(['b/two.onnx'])
  })

  it.skipIf(process.platform === 'win32')(
    'follows links to files, never those to folders, and opens no pipe (only where there are links and pipes)',
    async () => {
      const real = file('blobs', 'abc')
      fs.mkdirSync(path.join(folder, 'models'))
      fs.symlinkSync(real, path.join(folder, 'models', 'linked.onnx'))
      fs.symlinkSync(folder, path.join(folder, 'models', 'loop'))
      fs.symlinkSync('/', path.join(folder, 'models', 'everything'))
      fs.symlinkSync('nowhere', path.join(folder, 'models', 'dangling'))
      execFileSync('mkfifo', [path.join(folder, 'models', 'pipe')])
      const found = await discover([path.join(folder, 'models')])
      expect(found.files.map((one) => one.name)).toEqual(['linked.onnx'])
      expect(found.passed.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
        'dangling: the link leads nowhere',
        'everything: links to folders are not followed',
        'loop: links to folders are not followed',
        'pipe: it is no regular file',
      ])
      // Given itself, a link to a folder is what the person meant.
      expect((await discover([path.join(folder, 'models', 'loop', 'blobs')])).files).toHaveLength(1)
    },
  )

  it('is refused where a given place is not there', async () => {
    await expect(discover([path.join(folder, 'gone')])).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })
})
