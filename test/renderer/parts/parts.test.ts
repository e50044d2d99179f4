import { mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { findingCodes, type Finding, type RemedyAction } from '../../../contract/finding'
import type { LogLine } from '../../../contract/run'
import en from '../../../renderer/i18n/en'
import zhCN from '../../../renderer/i18n/zh-CN'
import { setLocale, t } from '../../../renderer/i18n'
import * as format from '../../../renderer/i18n/format'
import Chip from '../../../renderer/parts/Chip.vue'
import FindingRow from '../../../renderer/parts/FindingRow.vue'
import RadioCards from '../../../renderer/parts/RadioCards.vue'
import { filterLines, findLines, lineTime, splitHits } from '../../../renderer/parts/log-search'
import { runState } from '../../../renderer/parts/run-state'
import { cssVariables, dark, light } from '../../../renderer/theme/tokens'
import { setUpBridge } from '../bridge'
import { summaryOf } from '../runs'

beforeEach(() => {
  setUpBridge()
  setLocale('en')
})

describe('words', () => {
  const leaves = (value: object, prefix = ''): string[] =>
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
      typeof inner === 'object' && inner ? leaves(inner, `${prefix}${key}.`) : [`${prefix}${key}`],
    )
  const textAt = (value: object, key: string): string =>
    key.split('.').reduce<unknown>((inner, part) => (inner as Record<string, unknown>)[part], value) as string
  const holes = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

  it('are there in both languages, none empty, with the same holes', () => {
    expect(leaves(zhCN).sort()).toEqual(leaves(en).sort())
    for (const key of leaves(en)) {
      expect(textAt(en, key), key).not.toBe('')
      expect(textAt(zhCN, key), key).not.toBe('')
      expect(holes(textAt(zhCN, key)), key).toEqual(holes(textAt(en, key)))
    }
  })
  it('compile and fill in, each of them', () => {
    for (const language of ['en', 'zh-CN'] as const) {
      setLocale(language)
      for (const key of leaves(en)) {
        const values = Object.fromEntries(holes(textAt(en, key)).map((hole) => [hole.slice(1, -1), 'X']))
        expect(t(key as never, values), key).not.toMatch(/[{}]|undefined/)
      }
    }
  })
  it('title every finding code', () => {
    expect(Object.keys(en.findings.title).sort()).toEqual([...findingCodes].sort())
  })
  it('count in English', () => {
    expect(t('shell.problems', { n: 1, count: '1' })).toBe('1 problem')
    expect(t('shell.problems', { n: 3, count: '3' })).toBe('3 problems')
  })
})

describe('numbers', () => {
  it('are missing as a dash, never as 0', () => {
    for (const show of [format.count, format.bytes, format.scientific, format.duration, format.percent]) expect(show(null)).toBe('–')
    expect(format.scientific(NaN)).toBe('–')
    expect(format.scientific(0)).toBe('0')
  })
  it('look as the pictures have them', () => {
    expect(format.bytes(6_549_796)).toBe('6.25 MiB')
    expect(format.bytes(812)).toBe('812 B')
    expect(format.bytes(51_400_000)).toBe('49.0 MiB')
    expect(format.scientific(0.412)).toBe('4.12e-1')
    expect(format.duration(8.44)).toBe('8.4 s')
    expect(format.duration(108)).toBe('1:48')
    expect(format.clock(3723)).toBe('1:02:03')
    expect(format.count(61286400)).toBe('61,286,400')
    expect(format.shape([])).toBe('scalar')
    expect(format.shape(['batch', 3, 640])).toBe('batch × 3 × 640')
    expect(format.shortHash('f59b3d8300000000000000000000000000000000000000000000000000c83b36')).toBe('f59b3d83…c83b36')
  })
  it('have no space before the percent sign in Chinese', () => {
    expect(format.percent(0.48)).toBe('48 %')
    setLocale('zh-CN')
    expect(format.percent(0.48)).toBe('48%')
    expect(format.duration(8.4)).toBe('8.4 秒')
  })
  it('tell the day of a time', () => {
    const now = new Date(2026, 10, 24, 15, 0)
    expect(format.when(new Date(2026, 10, 24, 9, 5).toISOString(), now)).toBe('09:05')
    expect(format.when(new Date(2026, 10, 23, 23, 59).toISOString(), now)).toBe('Yesterday')
    expect(format.when(new Date(2026, 10, 20, 9, 5).toISOString(), now)).toBe('20 Nov')
    expect(format.when(new Date(2025, 10, 20, 9, 5).toISOString(), now)).toBe('20 Nov 2025')
  })
  it('take either kind of path', () => {
    expect(format.fileName('C:\\models\\网络.onnx')).toBe('网络.onnx')
    expect(format.fileName('/runs/r1/')).toBe('r1')
    expect(format.pathEnd('/a/b/c.so')).toBe('b/c.so')
  })
})

describe('run state', () => {
  it('says the one thing that matters', () => {
    const stages = summaryOf().stages
    expect(runState(summaryOf({ running: true }))).toBe('running')
    expect(runState(summaryOf())).toBe('pass')
    expect(runState(summaryOf({ verdict: null, stages: { ...stages, build: 'crashed', validate: 'pending' } }))).toBe('crashed')
    expect(runState(summaryOf({ verdict: null, stages: { ...stages, validate: 'pending' } }))).toBe('completed')
    expect(runState(summaryOf({ verdict: null, stages: { load: 'pending', convert: 'pending', build: 'pending', validate: 'pending' } }))).toBe('pending')
  })
})

describe('log search', () => {
  const lines: LogLine[] = [
    { at: 1000, level: 'info', source: 'x', text: 'Tactic one' },
    { at: 1410, level: 'warning', source: 'x', text: 'no hit' },
    { at: 62_310, level: 'error', source: 'x', text: 'a tactic, a TACTIC' },
  ]
  it('marks every place, whatever the case', () => {
    expect(splitHits('a tactic, a TACTIC', 'tactic')).toEqual(['a ', 'tactic', ', a ', 'TACTIC', ''])
    expect(splitHits('text', '')).toEqual(['text'])
    expect(findLines(lines, 'tactic')).toEqual([0, 2])
  })
  it('keeps warnings and errors alone, and times since the first line', () => {
    expect(filterLines(lines, 'warnings').map((line) => line.text)).toEqual(['no hit', 'a tactic, a TACTIC'])
    expect(lineTime(62_310, 1000)).toBe('1:01.31')
  })
})

describe('parts', () => {
  it('a chip says its state in words, green for a pass alone', () => {
    const chip = mount(Chip, { props: { state: 'completed' } })
    expect(chip.text()).toBe('Done')
    expect(chip.classes()).not.toContain('pass')
    expect(mount(Chip, { props: { state: 'pass' } }).classes()).toContain('pass')
  })
  it('a finding shows what, why, where, what to do, and hands its remedy on', async () => {
    const finding = {
      code: 'FILE_EMPTY' as const,
      severity: 'error' as const,
      message: 'There is nothing in it.',
      remedy: 'Choose another file.',
      evidence: { path: '/m/a.onnx' },
      actions: [{ kind: 'choose-file' as const, label: 'Choose a file…' }],
    }
    const row = mount(FindingRow, { props: { finding } })
    for (const text of ['The file is empty', 'FILE_EMPTY', finding.message, finding.remedy, '/m/a.onnx']) expect(row.text()).toContain(text)
    await row.get('button').trigger('click')
    expect(row.emitted('act')).toEqual([[finding.actions[0]]])
  })
  it('a list of findings reads in Chinese, with the original where it says more', () => {
    setLocale('zh-CN')
    const row = (code: 'ONNX_INVALID' | 'PYTHON_MISSING', evidence: Finding['evidence'], actions: RemedyAction[]): string[] => {
      const finding: Finding = { code, severity: 'error', message: 'The tool said: bad node', remedy: 'Export it again.', evidence, actions }
      const list = mount(FindingRow, { props: { finding } })
      return [...list.findAll('.m, .text, .where, button').map((part) => part.text())]
    }
    expect(row('ONNX_INVALID', { path: '/m/a.onnx' }, [{ kind: 'choose-exporter', label: 'Try the other exporter' }])).toEqual([
      'ONNX 文件无效',
      '/m/a.onnx 不是有效的 ONNX 文件，或 ONNX Runtime 不接受它。',
      '/m/a.onnx',
      '请重新获取该文件，或用另一导出器、另一 opset 重新导出。',
      'The tool said: bad node\nExport it again.',
      '改用另一导出器',
    ])
    expect(row('PYTHON_MISSING', {}, [{ kind: 'choose-python', label: 'Choose a Python' }])).toEqual([
      '未找到 Python',
      '本机没有找到 Python：无法加载 PyTorch 文件；ONNX 文件仍可使用。',
      '请运行 npm run setup 创建一个，或在设置中或用 --python 选择。',
      '选择 Python…',
    ])
  })
  it('radio cards have one tab stop, and arrows skip what cannot be chosen', async () => {
    const cards = [
      { value: 'a', title: 'A', text: 'a' },
      { value: 'b', title: 'B', text: 'b', off: true },
      { value: 'c', title: 'C', text: 'c' },
    ]
    const group = mount(RadioCards, { props: { cards, value: 'a', label: 'Backend' } })
    const radios = group.findAll('[role=radio]')
    expect(radios.map((radio) => radio.attributes('tabindex'))).toEqual(['0', '-1', '-1'])
    await radios[0]?.trigger('keydown', { key: 'ArrowRight' })
    await radios[1]?.trigger('click')
    expect(group.emitted('choose')).toEqual([['c']])
  })
})

describe('tokens', () => {
  const luminance = (hex: string): number => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const value = parseInt(hex.slice(at, at + 2), 16) / 255
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    }) as [number, number, number]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const contrast = (a: string, b: string): number => {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
    return (high + 0.05) / (low + 0.05)
  }
  it.each([
    ['light', light],
    ['dark', dark],
  ] as const)('of the %s theme can be read on every surface', (_name, tokens) => {
    for (const surface of ['chrome', 'surface', 'sunken', 'raised', 'hover'] as const) {
      for (const text of ['text1', 'text2', 'text3', 'accent', 'pass', 'fail', 'nj'] as const) {
        expect(contrast(tokens[text], tokens[surface]), `${text} on ${surface}`).toBeGreaterThanOrEqual(4.5)
      }
    }
    for (const verdict of ['pass', 'fail', 'nj', 'run'] as const) expect(contrast(tokens[verdict], tokens[`${verdict}Soft`])).toBeGreaterThanOrEqual(4.5)
    expect(contrast(tokens.onAccent, tokens.accent)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(tokens.control, tokens.surface)).toBeGreaterThanOrEqual(3)
  })
  it('become CSS names', () => {
    expect(cssVariables(light)).toContainEqual(['--accent-soft', light.accentSoft])
    expect(Object.keys(light)).toEqual(Object.keys(dark))
  })
})
