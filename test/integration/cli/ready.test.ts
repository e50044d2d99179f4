import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli, models, story, temporary, told } from './harness'

/** "Ready for TensorRT?" with the real exporters and the real parser of TensorRT-RTX, which needs no GPU. */
let folder = ''
let m = ''
beforeAll(() => {
  folder = temporary()
  m = models()
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const rtx = ['--backend', 'tensorrt-rtx']

describe('inspect --ready', () => {
  it.each([['dynamo'], ['torchscript'], ['dynamo', '--simplify'], ['torchscript', '--graph-precision', 'fp16']])(
    'lists every node that the parser refuses, with the line of Python that it comes from: %s %s %s',
    async (exporter, ...more) => {
      const out = path.join(folder, `refused-${exporter}${more.join('')}.onnx`)
      const model = ['--model', 'nets:Refused', '--project', path.join(m, 'project'), '--input', 'x:float32:2x4x4', '--exporter', exporter, ...more]
      await cli(['convert', path.join(m, 'refused.pt'), '--to', 'onnx', '-o', out, ...model])
      const result = await told(['inspect', out, '--ready', ...rtx])
      expect(result.code, story(result)).toBe(2)
      const code = fs.readFileSync(path.join(m, 'project', 'nets.py'), 'utf8').split('\n')
      const { ready } = result.document
      expect(ready).toMatchObject({ judged: true, library: 'tensorrt-rtx' })
      expect(ready?.refused.map(({ operator }) => operator)).toEqual(['Det', 'Bernoulli'])
      for (const { operator, node, source, reason, action } of ready?.refused ?? []) {
        expect(node).not.toBe('')
        expect(reason).toContain('The parser does not import')
        expect(action).toContain('Replace the operator')
        expect(source?.file).toBe('nets.py')
        const line = code[(source?.line ?? 0) - 1]?.trim() ?? ''
        expect(line).toContain(operator === 'Det' ? 'linalg.det' : 'bernoulli')
        if (exporter === 'dynamo') expect(source?.code).toBe(line)
      }
      expect(result.codes).toContain('BUILD_UNSUPPORTED_OPERATOR')
      const printed = await cli(['inspect', out, '--ready', ...rtx, '--lang', 'zh-CN', '--quiet'])
      expect(printed.stdout).toMatch(/TensorRT 就绪: 否.*\n.*Det .*nets\.py:\d+/)
    },
  )

  it('says yes with 0 where nothing is refused, and nothing at all without the flag', async () => {
    const ready = await told(['inspect', path.join(m, 'small.onnx'), '--ready', ...rtx])
    expect(ready.code, story(ready)).toBe(0)
    expect(ready.document.ready).toMatchObject({ judged: true, refused: [], findings: [] })
    expect((await told(['inspect', path.join(m, 'small.onnx')])).document).not.toHaveProperty('ready')
  })

  it('is not judged for what no parser reads, and refuses flags that would do nothing', async () => {
    const weights = await told(['inspect', path.join(m, 'state.pt'), '--ready'])
    expect(weights.code, story(weights)).toBe(0)
    expect(weights.document.ready).toMatchObject({ judged: false, refused: [], findings: [{ code: 'READY_NOT_JUDGED' }] })
    expect((await told(['inspect', path.join(m, 'small.onnx'), '--ready', '--backend', 'onnxruntime'])).document.ready).toMatchObject({ judged: false })
    expect((await told(['inspect', path.join(m, 'small.onnx'), ...rtx])).code).toBe(2)
  })
})
