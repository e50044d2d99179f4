import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { verifyResources } from '../../../../electron/main/security/manifest'

let folder: string
let manifest: string
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'manifest-'))
  manifest = path.join(folder, 'manifest.json')
  mkdirSync(path.join(folder, 'python'))
  writeFileSync(path.join(folder, 'addon.node'), 'native')
  writeFileSync(path.join(folder, 'python', 'main.py'), 'print()')
  writeFileSync(manifest, JSON.stringify({ files: { 'addon.node': sha256('native'), 'python/main.py': sha256('print()') } }))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('takes files that are as they were packed', async () => {
  await expect(verifyResources(manifest, folder)).resolves.toBeUndefined()
})

it('names a changed and a missing file', async () => {
  writeFileSync(path.join(folder, 'python', 'main.py'), 'print(1)')
  rmSync(path.join(folder, 'addon.node'))
  await expect(verifyResources(manifest, folder)).rejects.toMatchObject({
    code: 'ADDON_UNUSABLE',
    evidence: { files: ['addon.node', 'python/main.py'] },
    remedy: expect.stringContaining('Install'),
  })
})

it('refuses a manifest that is not one', async () => {
  writeFileSync(manifest, '{"files": {"addon.node": "short"}}')
  await expect(verifyResources(manifest, folder)).rejects.toThrow()
})
