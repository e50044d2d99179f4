import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { findingCodes, remedyActionSchema, type Finding } from '../../../contract/finding'
import { tell, tellAction } from '../../../contract/words'
import type { Sentence } from '../../../contract/words/words'
import { findings } from '../../../contract/words/zh-CN'
import { textOf } from '../../../electron/cli/text'
import { findingLines } from '../../../electron/cli/output/human'
import { makeFinding } from '../../../electron/core/errors'
import { changedError, directoryError, readError, truncatedError, writeError } from '../../../electron/core/files/errors'
import { parseInputSpec } from '../../../electron/core/inputs/parse'
import { unknownInputs } from '../../../electron/core/inputs/plan'
import { engineFindings, gpuFindings, pythonFindings } from '../../../electron/core/toolchain/findings'

const root = path.resolve(import.meta.dirname, '..', '..', '..')
const chinese = /[\u4e00-\u9fff]/
const list = (sentence: Sentence | undefined): readonly string[] => (typeof sentence === 'string' ? [sentence] : (sentence ?? []))

/** Everything that raises findings, apart from the tables of words. */
const sources = ['electron', 'resources/python', 'native/src'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|py|cpp|h)$/.test(file) && !file.startsWith(path.join('cli', 'text')))
    .map((file) => readFileSync(path.join(root, folder, file), 'utf8')),
)

describe('the Chinese of a finding', () => {
  it.each(findingCodes)('%s is whole with no evidence at all', (code) => {
    const told = tell(makeFinding(code, 'error', 'The fact.', 'The remedy.'), 'zh-CN')
    for (const text of [told.title, told.message, told.remedy]) {
      expect(text).toMatch(chinese)
      expect(text).not.toMatch(/[{}]|undefined/)
    }
    expect(told.message).toMatch(/。$/)
    expect(told.message).not.toBe(told.title)
  })

  it.each(findingCodes)('%s has no hole but for what the code that raises it names', (code) => {
    const raising = sources.filter((source) => new RegExp(`['"]${code}['"]`).test(source)).join('\n')
    const { whole, gist, remedy } = findings[code]
    for (const sentence of [whole, gist, remedy].flatMap(list)) {
      expect(sentence.replace(/\{\??[a-zA-Z]\w*(\.\w+)*\}/g, ''), sentence).not.toMatch(/[{}]/)
      for (const [, name = ''] of sentence.matchAll(/\{\??(\w+)/g)) expect(raising, `${code}: ${name}`).toMatch(new RegExp(`\\b${name}\\b`))
    }
  })

  it('fills holes from lists, parts, terms and sizes, and takes the first sentence that can be filled', () => {
    const of = (code: Finding['code'], evidence: Finding['evidence']): string => tell(makeFinding(code, 'error', 'm', 'r', evidence), 'zh-CN').message
    expect(of('DISK_FULL', { folder: '/d', neededBytes: 2 ** 30, freeBytes: 2 ** 20 })).toBe('此步骤可能需要 1024.0 MiB，而 /d 所在磁盘还剩 1.0 MiB。')
    expect(of('APP_CRASHED', { stage: 'build' })).toContain('构建阶段')
    expect(of('OUTPUT_MISSING', { hop: 'onnx-engine', output: 'y' })).toBe('ONNX → 引擎：缺少输出 y。')
    expect(of('EXPORT_CUSTOM_OP', { operators: Array.from({ length: 14 }, (_, i) => `a::b${i}`) })).toMatch(/a::b0、.*a::b11 等 14 项。$/)
    expect(of('SHAPE_CONTRADICTS_MODEL', { input: 'x', sample: [1, 3], stated: ['N', 3] })).toBe('样例 x 的形状为 1 × 3，而不是 N、3。')
    expect(of('LOAD_FAILED', { frame: { file: '/m.py', line: 1234 } })).toBe('模型代码出错（/m.py，第 1234 行）。')
    expect(of('LOAD_FAILED', { path: '/m.pt', frame: null })).toBe('无法加载 /m.pt。')
    expect(of('LOAD_CLASS_MISSING', { module: 'm', class: 'C', classes: [] })).toBe('无法从模块 m 导入模型类 C。')
  })

  it("keeps the core's own words where they say more, and there alone", () => {
    const tool = makeFinding('ONNX_INVALID', 'error', 'ONNX Runtime does not accept /a.onnx: [ShapeInferenceError]', 'Export it again.', { path: '/a.onnx' })
    expect(tell(tool, 'zh-CN').original).toBe('ONNX Runtime does not accept /a.onnx: [ShapeInferenceError]\nExport it again.')
    expect(tell(directoryError('/a').toFinding(), 'zh-CN')).toEqual({
      title: '这是文件夹，不是模型文件',
      message: '/a 是文件夹，不是文件。',
      remedy: '请选择其中的模型文件。',
      original: null,
    })
    expect(tell(tool, 'en')).toEqual({ title: null, message: tool.message, remedy: tool.remedy, original: null })
  })

  it('leaves nothing of real findings open, and loses no path of theirs', () => {
    const system = (code: string): Error => Object.assign(new Error(code), { code })
    const errorOf = (work: () => unknown): unknown => {
      try {
        return work()
      } catch (error) {
        return error
      }
    }
    const attempts = [{ path: '/lib/libnvinfer.so.10', reason: 'no such file' }]
    const missing = { available: false, version: null, path: null, attempts }
    const errors = [
      ...['ENOENT', 'EISDIR', 'EACCES', 'EIO', 'EMFILE', 'ENAMETOOLONG'].map((code) => readError(system(code), '/data/模型.pt')),
      ...['ENOSPC', 'EROFS', 'ENAMETOOLONG'].map((code) => writeError(system(code), '/data/模型.pt')),
      changedError('/data/模型.pt'),
      truncatedError('/data/模型.pt', 'it holds 3 of 8 bytes'),
      unknownInputs(['x', 'y']),
      errorOf(() => parseInputSpec('x:float3:1')),
    ]
    const real = [
      ...errors.map((error) => (error as { toFinding: () => Finding }).toFinding()),
      ...pythonFindings(null),
      ...pythonFindings({ path: '/usr/bin/python3', source: 'path', version: '3.11.2', packages: {}, reason: null }),
      ...pythonFindings({ path: '/usr/bin/python3', source: 'path', version: null, packages: {}, reason: 'it does not start' }),
      ...gpuFindings({ driver: null, gpus: [] }, 'libcuda.so.1 was not found'),
      ...gpuFindings({ driver: '570.1', gpus: [] }, null),
      ...engineFindings({ tensorrt: missing, 'tensorrt-rtx': missing, 'torch-tensorrt': missing, onnxruntime: missing }),
    ]
    for (const finding of real) {
      const { message, remedy, original } = tell(finding, 'zh-CN')
      expect(message, finding.code).toMatch(chinese)
      expect(remedy, finding.code).toMatch(chinese)
      expect(message + remedy, finding.code).not.toMatch(/[{}]|undefined|\bnull\b|\[object/)
      const { path: place } = finding.evidence
      if (typeof place === 'string') expect(`${message}${original ?? ''}`, finding.code).toContain(place)
    }
    expect(real.length).toBe(errors.length + 9)
  })
})

describe('the command line in Chinese', () => {
  const zh = textOf('zh-CN')

  it("prints meaning and remedy in Chinese, and below them the core's own words", () => {
    const lines = findingLines([truncatedError('/m/a.pt', 'it holds 3 of 8 bytes').toFinding()], zh)
    expect(lines.slice(0, 4)).toEqual([
      '错误 FILE_TRUNCATED 文件不完整: /m/a.pt 不完整或已损坏。',
      '  建议: 复制或下载可能被中断。请重新获取该文件，并与原文件比较大小。',
      '    /m/a.pt ends too early: it holds 3 of 8 bytes.',
      '    The copy or download was cut off. Get the file again and compare its size with the original.',
    ])
  })

  it('leaves its own refusals as it worded them', () => {
    for (const [name, word] of Object.entries({ ...zh.usage, ...zh.faults })) {
      if (!/Remedy$|seeHelp|nothingToDo/.test(name)) continue
      const remedy = typeof word === 'function' ? (word as (...given: string[]) => string)('--a', 'b', 'c') : word
      const finding = makeFinding('USAGE', 'error', '原话。', remedy)
      expect(tell(finding, 'zh-CN'), name).toMatchObject({ message: '原话。', remedy, original: null })
    }
  })
})

describe('the button of an action', () => {
  const text = sources.join('\n')
  const found = [...text.matchAll(/\{\s*'?kind'?: '([a-z-]+)',\s*'?label'?: (?:'[^']*'|"[^"]*"|`[^`]*`|\w+)(?:,\s*'?path'?: '([\w.]+)')?/g)].map(
    ([, kind, place]) => ({
      kind,
      path: place,
    }),
  )

  it('is Chinese for every action that is offered anywhere', () => {
    expect(found.length).toBeGreaterThan(25)
    for (const { kind, path: place } of found) {
      const action = remedyActionSchema.parse({ kind, label: 'English words', ...(place === undefined ? {} : { path: place }), value: 'dynamo' })
      const label = tellAction(action, 'zh-CN')
      expect(label, `${kind} ${place}`).toMatch(chinese)
      expect(label).not.toMatch(/[{}]|English/)
      expect(tellAction(action, 'en')).toBe('English words')
      // A general word for an option of the recipe would show its path: each has one of its own.
      if (kind === 'set-option') expect(label, place).not.toContain(place)
    }
  })

  it('names what it sets', () => {
    expect(tellAction({ kind: 'set-option', label: 'x', path: 'convert.exporter', value: 'dynamo' }, 'zh-CN')).toBe('改用 dynamo 导出器')
    expect(tellAction({ kind: 'set-option', label: 'x', path: 'convert.opset', value: null }, 'zh-CN')).toBe('使用导出器默认的 opset')
    expect(tellAction({ kind: 'choose-exporter', label: 'x' }, 'zh-CN')).toBe('改用另一导出器')
    expect(tellAction({ kind: 'choose-file', label: 'x', path: 'validate.expect' }, 'zh-CN')).toBe('选择正确答案文件…')
  })
})
