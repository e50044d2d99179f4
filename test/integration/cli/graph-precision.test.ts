import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { at, told } from './harness'

/** A precision in the graph, by the command line, and built by TensorRT-RTX where it is here. */
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-graph-'))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))
const sample = at('resources', 'samples')

describe('convert --graph-precision', () => {
  it.each(['fp16', 'int8', 'bf16'])('writes %s, holds it against FP32, and TensorRT-RTX builds it strongly typed', async (precision) => {
    const onnx = path.join(folder, `${precision}.onnx`)
    const model = ['--project', sample, '--inputs', path.join(sample, 'inputs.npz'), '--recipe', path.join(sample, 'recipe.json')]
    const made = await told(['convert', path.join(sample, 'shapes.pt'), '--to', 'onnx', '-o', onnx, '--simplify', '--graph-precision', precision, ...model])
    expect(made.document.comparisons?.map(({ hop }) => hop)).toEqual(expect.arrayContaining(['pytorch-onnx', 'fp32-onnx']))
    expect([0, 1], made.stderr).toContain(made.code)
    expect(made.codes).not.toContain('CONVERT_SIMPLIFY_FAILED')
    const judged = made.document.comparisons?.filter(({ hop }) => hop === 'fp32-onnx') ?? []
    expect(judged.every(({ compared, maxAbs }) => compared > 0 && (maxAbs ?? 0) > 0)).toBe(true)
    expect(made.codes.includes('CONVERT_BF16_ROUNDED')).toBe(precision === 'bf16')
    const flags = ['--backend', 'tensorrt-rtx', '--target', 'sm86', '--precision', 'strongly-typed']
    const built = await told(['build', onnx, '-o', path.join(folder, `${precision}.engine`), ...flags])
    expect(built.code, built.stderr).toBe(0)
  })
})
