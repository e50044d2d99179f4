import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { tell, tellReason } from '../../../contract/words'
import { reasons } from '../../../contract/words/zh-CN/reasons'
import { textOf } from '../../../electron/cli/text'
import { compareLines, inspectLines } from '../../../electron/cli/output/human'
import { makeFinding } from '../../../electron/core/errors'
import { runsHere } from '../../../electron/core/formats/engine-here'
import { notJudged } from '../../../electron/core/verdict'
import { expressionAt, partsAt, textsOf } from './reason-texts'

const root = path.resolve(import.meta.dirname, '..', '..', '..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8').replace(/^\s*\/\/.*$|\s\/\/ .*$/gm, '')
const filesOf = (folder: string, ending: RegExp): string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file))
    .map((file) => path.posix.join(folder, file.replaceAll('\\', '/')))

/** Expressions behind each place where `marker` ends. */
const behind = (source: string, marker: RegExp, lines: boolean): string[] =>
  [...source.matchAll(marker)].map((found) => expressionAt(source, found.index + found[0].length, lines))
/** Argument `index` of each call, or part of each brace, that `marker` opens. */
const argument = (source: string, marker: RegExp, index: number, wanted: (first: string) => boolean = () => true): string[] =>
  [...source.matchAll(marker)].flatMap((found) => {
    const parts = partsAt(source, found.index + found[0].length - 1)
    return wanted(parts[0] ?? '') && parts[index] !== undefined ? [parts[index]] : []
  })
/** The codes in a set of the source: what becomes a reason instead of an error. */
const codesIn = (file: string, name: string): string[] =>
  [...(new RegExp(`${name}[^=]*= new Set\\(\\[([^\\]]*)`).exec(read(file))?.[1] ?? '').matchAll(/[A-Z_]{5,}/g)].map(String)

const notHere = codesIn('electron/core/engines/not-here.ts', 'notHere')
const unfit = codesIn('electron/core/pipeline/stages/validate.ts', 'unfit')
const mentions = (codes: string[]) => (first: string) => codes.some((code) => first.includes(code))

/** Files that only build: what they throw ends the stage, and is told as a finding. */
const building = /trt\/(network|build|config|profile|tensor)\.cpp$/
/** Files in which a function returns a reason. */
const returning = /cuda\/driver|trt\/loaded_engine|loader\/image/

function native(file: string): string[] {
  const source = read(file)
  return [
    ...behind(source, /\b(?:reason|problemReason_)\s*=\s*/g, false),
    ...argument(source, /\bdecide\(/g, 2),
    ...argument(source, /attempts\.push_back\(\{/g, 1),
    ...argument(source, /return \{(?=std::nullopt, ")/g, 1),
    ...argument(source, /return \{(?=std::nullopt, flavour)/g, 2),
    ...(returning.test(file) ? behind(source, /\breturn\s+/g, false).filter((each) => /"[^"]* /.test(each)) : []),
    // A row of the sheet or of the drill passes on why nothing was built.
    ...(file.endsWith('/network.cpp') ? argument(source, /\bthrow Failure\(/g, 1, mentions(['DRIVER_MISSING', 'DRIVER_TOO_OLD', 'GPU_MISSING'])) : []),
    ...(building.test(file) ? [] : argument(source, /\bthrow Failure\(/g, 1, mentions(notHere))),
  ]
}

function core(file: string): string[] {
  const source = read(file)
  const codes = file.includes('/engines/') ? notHere : unfit
  // A text that is put together from another of the same function.
  const [named = ''] = behind(source, /\bconst reason = /g, true)
  return [
    // What the parser refuses, why, and what to do.
    ...(file.endsWith('/engines/refusal.ts') ? behind(source, /\breturn |\bk[A-Z_]+:\s+|\b(?:otherwise|constantAction) =\s+/g, true) : []),
    ...(file.endsWith('/engines/ready.ts') ? [...behind(source, /\bconst why = /g, true), ...argument(source, /\bnotJudged\(/g, 0)] : []),
    ...behind(source, /\breason(?::|\s=|\s\?\?)\s+/g, true).map((each) => each.replace('${reason}', () => `\${${named}}`)),
    ...(file.endsWith('/toolchain/findings.ts') ? argument(source, /makeFinding\(/g, 2, mentions(['DRIVER_MISSING'])) : []),
    ...(file.endsWith('/toolchain/gpu.ts') ? argument(source, /new EnginesmithError\(/g, 1) : []),
    ...(file.includes('/engine-work/') ? argument(source, /new EnginesmithError\(/g, 1, mentions(['ENGINE_INCOMPATIBLE'])) : []),
    ...(/\/engines\/|\/ort\.ts$/.test(file) ? argument(source, /new EnginesmithError\(/g, 1, mentions(codes)) : []),
  ]
}

const texts = [
  ...filesOf('native/src', /\.cpp$/).flatMap(native),
  ...['engines', 'engine-host', 'engine-work', 'verdict', 'pipeline/stages', 'pipeline/copies', 'toolchain', 'formats']
    .flatMap((folder) => filesOf(`electron/core/${folder}`, /\.ts$/))
    .flatMap(core),
]
  .flatMap(textsOf)
  // A bare value is another's reason, passed on; a bare word is a type or a key.
  .filter((text) => / .* /.test(text) || /[a-z] [a-z]/i.test(text))
const unique = [...new Map(texts.map((text) => [text.replace(/7\d{3}/g, '#'), text])).values()].sort()

describe('the Chinese of a reason', () => {
  it('finds the reasons in the sources', () => {
    expect(notHere).toContain('DRIVER_MISSING')
    expect(unfit).toContain('ONNX_INVALID')
    expect(unique.length).toBeGreaterThan(60)
    const shapes = unique.map((text) => text.replace(/7\d{3}/g, '#'))
    for (const known of [
      'The output is zero everywhere and the reference is not.',
      '# of # elements are outside atol #, rtol #.',
      'The reference has shape #, the candidate #.',
      'The candidate has no output of this name.',
      'there is no NVIDIA driver (# was not found)',
      'the engine was built by TensorRT-RTX, the library is TensorRT',
      'No GPU here can run it: #.',
      'It was built for #; the GPU here is #.',
      'the library refused the engine without a reason',
      'ONNX Runtime does not accept #: #',
      'one side was not run',
    ])
      expect(shapes).toContain(known)
  })

  it.each(unique)('%s', (text) => {
    const told = tellReason(text, 'zh-CN')
    expect(told).toMatch(/[\u4e00-\u9fff]/)
    expect(told).not.toMatch(/[{}]|undefined/)
    // Nothing that run time fills in is lost.
    for (const [value] of text.matchAll(/7\d{3}/g)) expect(told).toContain(value)
    expect(tellReason(text, 'en')).toBe(text)
  })

  it('has no pattern that no reason of the sources meets', () => {
    const idle = reasons.filter(([pattern]) => !unique.some((text) => pattern.test(text)))
    expect(idle.map(([pattern]) => pattern.source)).toEqual([])
  })

  it('tells a reason within a reason, and leaves what it does not know', () => {
    const header = {
      flavour: 'tensorrt-rtx',
      magic: 'vtrt',
      version: '1.7.1.116',
      targets: ['sm86', 'sm89'],
      targetMask: 12,
      planOffset: 0,
      metadata: null,
    } as const
    const none = runsHere(
      { ...header, targets: [...header.targets] },
      { driver: null, devices: [], reason: 'there is no NVIDIA driver (libcuda.so.1 was not found)' },
    )
    expect(tellReason(none.reason, 'zh-CN')).toBe('本机没有能运行它的 GPU：没有 NVIDIA 驱动（未找到 libcuda.so.1）。')
    expect(tellReason('12 of 400 elements are outside atol 0.0001, rtol 1e-05.', 'zh-CN')).toBe('400 个元素中有 12 个超出容差（atol 0.0001，rtol 1e-05）。')
    expect(tellReason('The reference has shape 1x3, the candidate scalar.', 'zh-CN')).toBe('参考的形状为 1x3，待测为 scalar。')
    const own = 'IRuntime::deserializeCudaEngine: Error Code 6'
    expect(tellReason(own, 'zh-CN')).toBe(own)
    expect(tellReason(`No GPU here can run it: ${own}.`, 'zh-CN')).toBe(`本机没有能运行它的 GPU：${own}。`)
  })

  it('tells what a reason is about, of every such phrase of the sources', () => {
    const phrases = filesOf('native/src', /\.cpp$/)
      .flatMap((file) => argument(read(file), /(?<!void )\brequireGpu\(/g, 0))
      .flatMap(textsOf)
    expect(phrases.length).toBeGreaterThan(1)
    // Which engine it is stands in a variable.
    const what = [...phrases.filter((phrase) => !/^\d/.test(phrase)), 'A stripped engine of TensorRT-RTX 1.7', 'A refittable engine of TensorRT-RTX 1.7']
    for (const phrase of what) {
      const told = tellReason(`${phrase} needs a GPU, and the NVIDIA driver sees no GPU.`, 'zh-CN')
      expect(told).toMatch(/^[\u4e00-\u9fff]/)
      expect(told).toMatch(/需要 GPU，而NVIDIA 驱动没有看到 GPU。$/)
    }
    expect(
      tellReason('A stripped engine of TensorRT-RTX 1.7.1 needs an NVIDIA driver, and there is no NVIDIA driver (libcuda.so.1 was not found).', 'zh-CN'),
    ).toBe('构建 TensorRT-RTX 1.7.1 的无权重引擎需要 NVIDIA 驱动，而没有 NVIDIA 驱动（未找到 libcuda.so.1）。')
  })

  it('reaches a finding whose evidence is a reason', () => {
    const finding = makeFinding('DRIVER_MISSING', 'info', 'm', 'r', { reason: 'there is no NVIDIA driver (libcuda.so.1 was not found)' })
    expect(tell(finding, 'zh-CN').message).toMatch(/原因：没有 NVIDIA 驱动（未找到 libcuda\.so\.1）。$/)
  })

  it('reaches what the command line prints', () => {
    const row = notJudged('onnx-engine', 'y', 'there is no NVIDIA driver (libcuda.so.1 was not found)')
    const document = { verdict: 'not-judged', comparisons: [row] } as unknown as Parameters<typeof compareLines>[0]
    expect(compareLines(document, textOf('zh-CN'), (hop) => hop)[0]).toBe('onnx-engine  y  未判定  没有 NVIDIA 驱动（未找到 libcuda.so.1）')
    const engine = {
      flavour: 'tensorrt-rtx',
      version: '1.7',
      builtFor: ['sm86'],
      runsHere: 'unknown',
      reason: 'The GPUs of this machine could not be asked for.',
    }
    const inspected = { format: 'engine', bytes: 1, sha256: 'a', signature: null, tensors: null, pickle: null, engine } as unknown as Parameters<
      typeof inspectLines
    >[0]
    expect(inspectLines(inspected, textOf('zh-CN')).at(-1)).toContain('能否在此运行: 未知; 无法查询本机的 GPU。')
    expect(inspectLines(inspected, textOf('en')).at(-1)).toContain('runs here: unknown; The GPUs of this machine could not be asked for.')
  })
})
