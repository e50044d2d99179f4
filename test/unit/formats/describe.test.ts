import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, open, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modelFileSchema, type ModelFile } from '../../../contract/run'
import { describeFile } from '../../../electron/core/formats'

const files = join(import.meta.dirname, '../../fixtures/files')
const at = (name: string): string => join(files, name)
interface Answers {
  tensors: Array<[string, string, number[]]>
}
let answers: Answers & Record<string, { globals: string[]; unsafe: string[] }>
let folder = ''
beforeAll(async () => {
  answers = JSON.parse(await readFile(at('models.json'), 'utf8')) as typeof answers
  folder = await mkdtemp(join(tmpdir(), 'es-formats-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const codes = (model: ModelFile): string[] => model.findings.map((finding) => finding.code)
const listed = (model: ModelFile) => model.tensors?.map(({ name, dtype, shape }) => [name, dtype, shape])

describe('describeFile tells by content', () => {
  it.each([
    ['state-dict.pt', 'state-dict'],
    ['state-dict-legacy.pt', 'state-dict'],
    ['mixed.pt', 'state-dict'],
    ['checkpoint.pt', 'checkpoint'],
    ['pickled-module.pt', 'pickled-module'],
    ['pickled-module-in-dict.pt', 'pickled-module'],
    ['pickled-module-legacy.pt', 'pickled-module'],
    ['pickled-module-protocol0.pkl', 'pickled-module'],
    ['pickled-module-protocol5.pkl', 'pickled-module'],
    ['torchscript.pt', 'torchscript'],
    ['exported-program.pt2', 'exported-program'],
    ['net.safetensors', 'safetensors'],
    ['net.onnx', 'onnx'],
    ['net-external.onnx', 'onnx'],
    ['net.wts', 'wts'],
    ['list.pt', 'unknown'],
    ['arrays.npz', 'unknown'],
    ['models.json', 'unknown'],
  ])('%s is %s, whatever it is called', async (name, format) => {
    const path = join(folder, `模型 😀 "quoted" ${'字'.repeat(20)}.bin`)
    await copyFile(at(name), path)
    if (name === 'net-external.onnx') await copyFile(at('net-external.onnx.data'), join(folder, 'net-external.onnx.data'))
    const model = await describeFile(path)
    expect(model.format).toBe(format)
    expect(modelFileSchema.parse(model)).toEqual(model)
    expect(model.sha256).toBe(
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    )
    expect(model.findings.some((finding) => finding.severity === 'error')).toBe(format === 'unknown')
  })

  it('says so where the name promises something else', async () => {
    const path = join(folder, 'weights.onnx')
    await copyFile(at('state-dict.pt'), path)
    expect(codes(await describeFile(path))).toEqual(['FILE_EXTENSION_MISLEADS'])
  })
})

describe('tensors are listed from the program alone', () => {
  it.each([
    ['state-dict.pt', ''],
    ['state-dict-legacy.pt', ''],
    ['pickled-module.pt', ''],
    ['pickled-module-legacy.pt', ''],
    ['checkpoint.pt', 'model_state_dict.'],
    ['pickled-module-in-dict.pt', 'model.'],
    ['torchscript.pt', ''],
    ['exported-program.pt2', ''],
    ['net.safetensors', ''],
  ])('%s: the names, types and shapes that torch gives', async (name, prefix) => {
    const sort = (list: unknown[] | undefined) => [...(list ?? [])].map((each) => JSON.stringify(each)).sort()
    expect(sort(listed(await describeFile(at(name))))).toEqual(sort(answers.tensors.map(([tensor, dtype, shape]) => [prefix + tensor, dtype, shape])))
  })

  it('knows every kind of element', async () => {
    expect((await describeFile(at('mixed.pt'))).tensors).toEqual([
      { name: 'half', dtype: 'float16', shape: [3], bytes: 6 },
      { name: 'brain', dtype: 'bfloat16', shape: [2], bytes: 4 },
      { name: 'eight', dtype: 'float8_e4m3fn', shape: [4], bytes: 4 },
      { name: 'parameter', dtype: 'float32', shape: [2, 2], bytes: 16 },
      { name: 'scalar', dtype: 'int64', shape: [], bytes: 8 },
      { name: 'transposed', dtype: 'float32', shape: [3, 2], bytes: 24 },
      { name: 'flags', dtype: 'bool', shape: [2], bytes: 2 },
      { name: 'sixteen', dtype: 'uint16', shape: [2], bytes: 4 },
      { name: 'complex', dtype: 'complex64', shape: [2], bytes: 16 },
    ])
  })

  it('.wts: float32 by count', async () => {
    expect(listed(await describeFile(at('net.wts')))?.slice(0, 2)).toEqual([
      ['conv.weight', 'float32', [108]],
      ['conv.bias', 'float32', [4]],
    ])
  })

  it('.wts: names of any script', async () => {
    const path = join(folder, 'names.wts')
    await writeFile(path, '2\n层.weight 1  3f800000\nb😀 1  40000000\n')
    expect(listed(await describeFile(path))?.map(([name]) => name)).toEqual(['层.weight', 'b😀'])
  })

  it('says the class and the keys', async () => {
    expect((await describeFile(at('pickled-module-in-dict.pt'))).facts).toMatchObject({ class: 'fixture.net.Net', keys: 'model, date' })
    expect((await describeFile(at('checkpoint.pt'))).facts['keys']).toBe('epoch, model_state_dict, best')
  })
})

describe('pickles', () => {
  it('list the same names as an independent reader, and refuse what torch refuses', async () => {
    const pickles = Object.keys(answers).filter((name) => /\.(pt|pt2|pkl)$/.test(name) && name !== 'torchscript.pt')
    expect(pickles.length).toBeGreaterThan(8)
    for (const name of pickles) {
      const { pickle } = await describeFile(at(name))
      expect({ globals: pickle?.globals, unsafe: pickle?.unsafe }, name).toEqual(answers[name])
      expect(pickle?.verdict, name).toBe(answers[name]?.unsafe.length === 0 ? 'nothing-found' : 'suspicious')
    }
  })

  const python = join(import.meta.dirname, '../../../.venv/bin/python')
  it.skipIf(!existsSync(python))(
    'are graded by tables that are those of the torch at hand',
    () => {
      const root = join(import.meta.dirname, '../../..')
      const run = () => execFileSync(python, ['build/make_pickle_tables.py', '--check'], { cwd: root, env: { PYTHONPATH: 'resources/python' }, stdio: 'pipe' })
      expect(run).not.toThrow()
    },
    60_000,
  )
})

describe('signatures', () => {
  const expected = [{ name: 'x', dtype: 'float32', shape: ['batch', 3, 8, 8] }]
  it('ONNX: symbols, operators, opset, producer', async () => {
    const model = await describeFile(at('net.onnx'))
    expect(model.signature).toEqual({ inputs: expected, outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 2] }] })
    expect(model.facts).toMatchObject({
      opset: '20',
      nodes: '3',
      operators: 'Conv 1, Gemm 1, ReduceMean 1',
      producer: expect.stringContaining('pytorch') as string,
    })
    expect(listed(model)).toContainEqual(['conv.weight', 'float32', [4, 3, 3, 3]])
  })

  it('torch.export: with the bounds of its symbols', async () => {
    const { signature } = await describeFile(at('exported-program.pt2'))
    const symbol = String(signature?.inputs[0]?.shape[0])
    expect(signature?.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: [symbol, 3, 8, 8] }])
    expect(signature?.symbols).toEqual({ [symbol]: { min: 2, max: 32 } })
  })
})

describe('ONNX with weights in another file', () => {
  it('is whole where the file is there', async () => {
    const model = await describeFile(at('net-external.onnx'))
    expect(model.facts['externalData']).toBe('net-external.onnx.data')
    expect(model.findings).toEqual([])
  })

  it('is named as incomplete where it is not, or too short', async () => {
    const inside = await mkdtemp(join(folder, 'external-'))
    const path = join(inside, 'm.onnx')
    await copyFile(at('net-external.onnx'), path)
    expect(await describeFile(path)).toMatchObject({
      format: 'onnx',
      findings: [{ code: 'ONNX_EXTERNAL_DATA_MISSING', evidence: { missing: ['net-external.onnx.data'] } }],
    })
    await writeFile(join(inside, 'net-external.onnx.data'), 'short')
    expect((await describeFile(path)).findings).toMatchObject([{ code: 'ONNX_EXTERNAL_DATA_MISSING', message: expect.stringContaining('too short') as string }])
  })
})

describe('damaged and odd files', () => {
  const wholes = [
    'state-dict.pt',
    'state-dict-legacy.pt',
    'pickled-module.pt',
    'torchscript.pt',
    'exported-program.pt2',
    'net.safetensors',
    'net.onnx',
    'net.wts',
  ]
  it.each(wholes)('%s cut anywhere is unknown, with a reason and a remedy', async (name) => {
    const whole = await readFile(at(name))
    for (const keep of [0.3, 0.6, 0.95]) {
      const path = join(folder, 'cut')
      await writeFile(path, whole.subarray(0, Math.floor(whole.length * keep)))
      const model = await describeFile(path)
      expect(model.format, `${name} ${keep}`).toBe('unknown')
      expect(codes(model)[0], `${name} ${keep}: ${JSON.stringify(model.findings[0])}`).toMatch(/FILE_TRUNCATED|FILE_UNKNOWN_FORMAT/)
    }
  })

  it.each([
    ['nothing', Buffer.alloc(0), 'FILE_EMPTY', '0 bytes'],
    ['zeros', Buffer.alloc(100_000), 'FILE_UNKNOWN_FORMAT', 'nothing but zeros'],
    ['a web page', Buffer.from('<!DOCTYPE html><html>404'), 'FILE_UNKNOWN_FORMAT', 'web page'],
    ['a Git LFS pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'), 'FILE_UNKNOWN_FORMAT', 'git lfs pull'],
    ['words', Buffer.from('cats and dogs\nare not models\n'), 'FILE_UNKNOWN_FORMAT', 'nothing in it'],
    ['two bytes of a pickle', Buffer.from([0x80, 2]), 'FILE_TRUNCATED', 'ends too early'],
  ])('%s', async (name, bytes, code, words) => {
    const path = join(folder, name)
    await writeFile(path, bytes)
    const model = await describeFile(path)
    expect(model.format).toBe('unknown')
    expect(codes(model)[0]).toBe(code)
    expect(`${model.findings[0]?.message} ${model.findings[0]?.remedy}`).toContain(words)
  })

  it('rejects what cannot be read at all', async () => {
    await expect(describeFile(join(folder, 'gone'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    await expect(describeFile(folder)).rejects.toMatchObject({ code: 'FILE_IS_DIRECTORY' })
    await expect(describeFile(join(folder, 'n'.repeat(300)))).rejects.toMatchObject({ code: 'PATH_TOO_LONG' })
    await expect(describeFile('/dev/null')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
    const loop = join(folder, 'loop')
    await symlink(loop, loop)
    await expect(describeFile(loop)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
    await expect(describeFile(at('net.onnx'), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('takes a name of 250 bytes', async () => {
    const path = join(folder, 'n'.repeat(250))
    await copyFile(at('net.onnx'), path)
    expect((await describeFile(path)).format).toBe('onnx')
  })

  it('notices a file that changes while it is hashed', async () => {
    const path = join(folder, 'changing')
    await copyFile(at('net.safetensors'), path)
    const handle = await open(path, 'r+')
    await handle.truncate(600 * 1024 * 1024)
    const pending = describeFile(path)
    await new Promise((resolve) => setTimeout(resolve, 60))
    await handle.truncate(1000)
    await handle.close()
    await expect(pending).rejects.toMatchObject({ code: 'FILE_CHANGED' })
  })

  it('5 GB of sparse noise: unknown at once, and not hashed', async () => {
    const path = join(folder, 'noise.pt')
    await writeFile(path, Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919 + 13) % 251)))
    await truncate(path, 5 * 1024 ** 3)
    const start = performance.now()
    const model = await describeFile(path)
    expect(performance.now() - start).toBeLessThan(1_000)
    expect(model).toMatchObject({ format: 'unknown', sha256: null, bytes: 5 * 1024 ** 3 })
    await rm(path)
  })
})

describe('big files', () => {
  it('an 8 GB safetensors gets its card within a second while the hash still runs', async () => {
    const path = join(folder, 'big.safetensors')
    const bytes = 8 * 1024 ** 3
    const header = Buffer.from(JSON.stringify({ w: { dtype: 'F32', shape: [bytes / 4], data_offsets: [0, bytes] } }).padEnd(128))
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(header.length))
    await writeFile(path, Buffer.concat([length, header]))
    await truncate(path, 8 + header.length + bytes)
    const stop = new AbortController()
    const start = performance.now()
    const model = await describeFile(path, { hash: 'later', signal: stop.signal, onHash: () => expect.unreachable() })
    expect(performance.now() - start).toBeLessThan(1_000)
    expect(model).toMatchObject({ format: 'safetensors', sha256: null, tensors: [{ name: 'w', bytes }] })
    stop.abort()
    await rm(path)
  })

  it('gives the hash later where that was asked for', async () => {
    const sha256 = await new Promise<string>((resolve, reject) => {
      describeFile(at('net.onnx'), { hash: 'later', onHash: resolve }).then((model) => expect(model.sha256).toBeNull(), reject)
    })
    expect(sha256).toBe((await describeFile(at('net.onnx'))).sha256)
  })
})
