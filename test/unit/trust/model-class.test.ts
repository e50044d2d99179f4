import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { classDigest } from '../../../electron/core/trust/model-class'
import { noCallTrust } from '../../../electron/core/trust/names'
import { createTrustStore } from '../../../electron/core/trust/store'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'class-trust-'))
})
afterEach(() => rm(folder, { recursive: true }))
const small = { model: 'nets:Small', modelArgs: null }

describe('a class that a recipe names', () => {
  it('is asked about once, remembered by what the recipe says of it, and taken back', async () => {
    const store = createTrustStore(folder, true)
    expect(store.classConfirmed(small)).toBe(false)
    await store.confirmClass(small)
    expect(store.classConfirmed(small)).toBe(true)
    expect(createTrustStore(folder, true).classConfirmed(small)).toBe(true)
    expect(store.list()).toMatchObject([{ kind: 'class', names: ['nets:Small'], file: 'nets:Small', run: null }])
    await store.revoke(classDigest(small))
    expect(store.classConfirmed(small)).toBe(false)
    expect(createTrustStore(folder, true).list()).toEqual([])
  })

  it('is another one with other arguments: they may be all that matters', async () => {
    const store = createTrustStore(folder, true)
    await store.confirmClass({ model: 'os:system', modelArgs: ['true'] })
    expect(store.classConfirmed({ model: 'os:system', modelArgs: ['rm -rf ~'] })).toBe(false)
    expect(store.classConfirmed({ model: 'os:system', modelArgs: ['true'] })).toBe(true)
    expect(classDigest({ model: 'a:B', modelArgs: { x: 1, y: 2 } })).toBe(classDigest({ model: 'a:B', modelArgs: { y: 2, x: 1 } }))
  })

  it('needs no asking where there is none, or where a library finds it by name', () => {
    const store = createTrustStore(folder, true)
    for (const model of [null, 'timm:vit_tiny_patch16_224', 'torchvision:resnet18', 'ultralytics:yolov8n.yaml'])
      expect(store.classConfirmed({ model, modelArgs: null })).toBe(true)
    expect(store.classConfirmed({ model: 'timm.models:create_model', modelArgs: null })).toBe(false)
  })

  it('reaches a script by its flags alone', async () => {
    await createTrustStore(folder, true).confirmClass(small)
    const store = createTrustStore(folder, false)
    expect(store.classConfirmed(small)).toBe(false)
    store.forCall({ ...noCallTrust(), classes: ['nets:Small'] })
    expect(store.classConfirmed({ ...small, modelArgs: [1] })).toBe(true)
    expect(store.classConfirmed({ model: 'nets:Other', modelArgs: null })).toBe(false)
  })

  it('may be in the folder that the call names for code, and nowhere else', async () => {
    await writeFile(join(folder, 'nets.py'), '')
    await mkdir(join(folder, 'pack'))
    const store = createTrustStore(join(folder, 'data'), false)
    store.forCall({ ...noCallTrust(), project: folder })
    expect(store.classConfirmed(small)).toBe(true)
    expect(store.classConfirmed({ model: 'pack.inner:Net', modelArgs: null })).toBe(true)
    expect(store.classConfirmed({ model: 'subprocess:run', modelArgs: null })).toBe(false)
  })

  it('is no trust in a file, even of the same hash', async () => {
    const store = createTrustStore(folder, true)
    await store.confirmClass(small)
    const file = { path: '/m.pt', sha256: classDigest(small), pickle: null } as Parameters<typeof store.granted>[0]
    expect(store.granted(file, '/run')).toEqual({ names: [], once: false })
  })
})
