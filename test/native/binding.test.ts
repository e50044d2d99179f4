import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { ProfileInput } from '../../contract/tensor'
import { addon, buildRequest, fixture, python, realLibrary, scratch } from './support'

const work = scratch()
afterAll(work.remove)

describe("the addon's engine against NVIDIA's own Python binding", () => {
  /** The same model and settings through both; NVIDIA's engine and ours. */
  async function both(onnx: string, capability: string, profile: ProfileInput): Promise<{ theirs: Buffer; ours: Buffer }> {
    const [theirs, ours] = [join(work.path, `binding${capability}.engine`), join(work.path, `addon${capability}.engine`)]
    const shapes = [profile.min, profile.opt, profile.max].map((shape) => shape.join('x'))
    execFileSync(python, [join(import.meta.dirname, 'programs/binding_build.py'), onnx, theirs, capability, ...shapes], { stdio: 'pipe' })
    const change = { onnx, targets: [`sm${capability}`], profiles: [[profile]], optLevel: 4, workspace: 64 }
    await addon().build(buildRequest(await realLibrary(), ours, change))
    return { theirs: readFileSync(theirs), ours: readFileSync(ours) }
  }

  it.each(['86', '89', '120'])('sm%s: equal byte for byte with the same settings', async (capability) => {
    const { theirs, ours } = await both(fixture('cnn.onnx'), capability, { name: 'image', min: [1, 3, 16, 16], opt: [4, 3, 16, 16], max: [8, 3, 16, 16] })
    expect(theirs.length).toBeGreaterThan(100_000)
    expect(ours.equals(theirs)).toBe(true)
  })

  it('the bundled sample for sm86: equal byte for byte', async () => {
    const sample = join(import.meta.dirname, '../../resources/samples/shapes.onnx')
    const { theirs, ours } = await both(sample, '86', { name: 'image', min: [1, 1, 32, 32], opt: [12, 1, 32, 32], max: [16, 1, 32, 32] })
    expect(theirs.length).toBeGreaterThan(100_000)
    expect(ours.equals(theirs)).toBe(true)
  })

  it('another setting gives other bytes, so that being equal says something', async () => {
    const library = await realLibrary()
    const [small, large] = [join(work.path, 'small.engine'), join(work.path, 'large.engine')]
    await addon().build(buildRequest(library, small))
    await addon().build(buildRequest(library, large, { profiles: [[{ name: 'image', min: [1, 3, 16, 16], opt: [4, 3, 16, 16], max: [16, 3, 16, 16] }]] }))
    expect(readFileSync(small).equals(readFileSync(large))).toBe(false)
  })
})
