import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { addon, buildRequest, fixture, python, realLibrary, scratch } from './support'

const work = scratch()
afterAll(work.remove)

describe("the addon's engine against NVIDIA's own Python binding", () => {
  it.each(['86', '89', '120'])('sm%s: equal byte for byte with the same settings', async (capability) => {
    const theirs = join(work.path, `binding${capability}.engine`)
    execFileSync(python, [join(import.meta.dirname, 'programs/binding_build.py'), fixture('cnn.onnx'), theirs, capability], { stdio: 'pipe' })
    const ours = join(work.path, `addon${capability}.engine`)
    await addon().build(buildRequest(await realLibrary(), ours, { targets: [`sm${capability}`], optLevel: 4, workspaceMiB: 64 }))
    const expected = readFileSync(theirs)
    expect(expected.length).toBeGreaterThan(100_000)
    expect(readFileSync(ours).equals(expected)).toBe(true)
  })

  it('another setting gives other bytes, so that being equal says something', async () => {
    const library = await realLibrary()
    const [small, large] = [join(work.path, 'small.engine'), join(work.path, 'large.engine')]
    await addon().build(buildRequest(library, small))
    await addon().build(buildRequest(library, large, { profiles: [[{ name: 'image', min: [1, 3, 16, 16], opt: [4, 3, 16, 16], max: [16, 3, 16, 16] }]] }))
    expect(readFileSync(small).equals(readFileSync(large))).toBe(false)
  })
})
