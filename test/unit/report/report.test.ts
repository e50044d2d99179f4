import { describe, expect, it } from 'vitest'
import { recipeSchema } from '../../../contract/recipe'
import type { ComparisonDetail, RunSnapshot } from '../../../contract/run'
import { emptyResult } from '../../../electron/core/pipeline/stage'
import { renderReport } from '../../../electron/core/report'
import { histogramSvg } from '../../../electron/core/report/charts'
import { shortNumber } from '../../../electron/core/report/numbers'

const row = {
  hop: 'pytorch-onnx' as const,
  output: '<b>y</b>',
  verdict: 'fail' as const,
  reason: 'too far & wide',
  compared: 24,
  maxAbs: 1.5e-3,
  meanAbs: 1e-4,
  maxRel: null,
  rmse: 2e-4,
  cosine: 0.99999,
  mismatched: 2,
  requiredAtol: 1.2e-3,
  atol: 1e-4,
  rtol: 1e-3,
}
const detail: ComparisonDetail = {
  hop: 'pytorch-onnx',
  output: '<b>y</b>',
  shape: [4, 6],
  dtype: 'float32',
  meanRel: 0.1,
  psnr: 60,
  quantiles: { p50: 0, p90: 0, p99: 0 },
  relQuantiles: { p50: 0, p90: 0, p99: 0 },
  firstMismatch: 3,
  worstIndex: 3,
  argmaxAgreement: 1,
  topKAgreement: 1,
  nanReference: 0,
  nanCandidate: 0,
  histogram: { edges: [-6, -5, -4, -3], counts: [10, 8, 2], zero: 4 },
  scatter: [
    { reference: 1, difference: 1.5e-3 },
    { reference: -1, difference: 1e-6 },
  ],
}

function snapshot(): RunSnapshot {
  const done = { ...emptyResult(), state: 'completed' as const, seconds: 1.5 }
  return {
    version: 1,
    id: 'id-1',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:01:00.000Z',
    app: '0.1.0',
    input: {
      path: '/models/<script>alert(1)</script>.pt',
      bytes: 10,
      sha256: 'ab',
      format: 'state-dict',
      signature: null,
      tensors: null,
      pickle: null,
      engine: null,
      facts: {},
      findings: [],
    },
    recipe: recipeSchema.parse({}),
    stages: {
      load: done,
      convert: done,
      build: { ...done, state: 'crashed', findings: [{ code: 'HOST_CRASHED', severity: 'error', message: 'It died', remedy: 'Again', evidence: {} }] },
      validate: done,
    },
    cards: {
      load: null,
      convert: null,
      build: null,
      validate: { engineSha256: null, sets: 1, rule: 'numpy', lossEnters: 'convert', subject: null, judgedOn: null },
    },
    comparisons: [row, { ...row, hop: 'onnx-engine', verdict: 'not-judged', compared: 0, maxAbs: null, reason: 'no GPU' }],
    findings: [],
    verdict: 'fail',
    environment: {
      app: '0.1.0',
      platform: 'linux-x64',
      node: '20',
      electron: null,
      python: null,
      pythonPath: null,
      torch: null,
      cuda: null,
      driver: null,
      gpus: [],
      tensorrt: null,
      tensorrtRtx: null,
      onnxruntime: '1.30.0',
      packages: {},
    },
    folder: '/runs/1',
    revision: 7,
    running: false,
  }
}

describe('the report as a page', () => {
  it('says how much of its weights an engine had on the GPU, where it streams', () => {
    const run = snapshot()
    const engineUse = { weightStreaming: { streamable: 4096, requested: 1024, budget: 1024, scratch: 0 }, runtimeCache: null }
    const streamed = { ...run, cards: { ...run.cards, validate: { ...run.cards.validate!, engineUse } } }
    expect(renderReport('html', { snapshot: streamed, details: [], language: 'en' })).toContain('with 1,024 of its 4,096 bytes of streamable weights')
    expect(renderReport('html', { snapshot: streamed, details: [], language: 'zh-CN' })).toContain('4,096 字节权重中有 1,024 字节在 GPU 上')
    expect(renderReport('html', { snapshot: run, details: [], language: 'en' })).not.toContain('streamable')
  })
  const html = renderReport('html', { snapshot: snapshot(), details: [detail], language: 'en' })
  it('stands alone: nothing to fetch, no script, and forbids both', () => {
    expect(html).not.toMatch(/<script|<link|src=|url\(|@import|href=/i)
    expect(html).toContain("default-src 'none'; style-src 'unsafe-inline'")
  })
  it('escapes what came from files', () => {
    expect(html).not.toContain('<b>y</b>')
    expect(html).toContain('&lt;b&gt;y&lt;/b&gt;')
    expect(html).toContain('too far &amp; wide')
  })
  it('tells verdict, numbers, hop, findings with remedy, and draws', () => {
    for (const text of ['Fail', '0.0015', 'PyTorch → ONNX', 'ONNX → engine', 'no GPU', 'HOST_CRASHED', 'Again', 'Most of the error enters in Convert'])
      expect(html).toContain(text)
    expect(html.match(/<svg/g)).toHaveLength(2)
  })
  it('tables the keys of weights that do not fit, with shape and type on each side', () => {
    const misfit = {
      ...{ code: 'LOAD_STATE_DICT_MISMATCH' as const, severity: 'error' as const, message: 'No fit', remedy: 'Check' },
      evidence: { class: 'm:Net', missing: ['head.<b>'], tensors: { 'head.<b>': { file: null, class: { shape: [3, 4], dtype: 'float16' } } } },
    }
    const whole = { ...snapshot(), findings: [misfit] }
    const en = renderReport('html', { snapshot: whole, details: [], language: 'en' })
    expect(en).toContain('<th>missing in the file</th><th>in the file</th><th>in the class</th>')
    expect(en).toContain('<td class="mono">head.&lt;b&gt;</td><td class="mono">–</td><td class="mono">3x4 float16</td>')
    expect(renderReport('html', { snapshot: whole, details: [], language: 'zh-CN' })).toContain('<th>文件中缺少</th>')
  })
  it("speaks the run's language", () => {
    const zh = renderReport('html', { snapshot: snapshot(), details: [detail], language: 'zh-CN' })
    expect(zh).toContain('<html lang="zh-CN">')
    expect(zh).toContain('未通过')
    expect(zh).not.toContain('What to do')
    const reason = 'The candidate has no output of this name.'
    const data = { snapshot: { ...snapshot(), comparisons: snapshot().comparisons.map((row) => ({ ...row, reason })) }, details: [detail] }
    expect(renderReport('html', { ...data, language: 'zh-CN' })).toContain('<td>待测中没有同名输出。</td>')
    expect(renderReport('html', { ...data, language: 'en' })).toContain(`<td>${reason}</td>`)
    for (const text of ['引擎进程已停止', '引擎进程已停止。', '请重新运行该阶段', '<p class="soft mono own">It died\nAgain</p>']) expect(zh).toContain(text)
  })
})

describe('the other formats', () => {
  it('gives the run with its details as JSON', () => {
    const json = JSON.parse(renderReport('json', { snapshot: snapshot(), details: [detail], language: 'en' })) as Record<string, unknown>
    expect(json).toMatchObject({ id: 'id-1', verdict: 'fail', details: [{ hop: 'pytorch-onnx' }] })
    expect(json).not.toHaveProperty('revision')
  })
  it('fails what fails, skips what was not judged, and calls a crash an error in JUnit', () => {
    const xml = renderReport('junit', { snapshot: snapshot(), details: [], language: 'en' })
    expect(xml).toMatch(/^<\?xml/)
    expect(xml).toMatch(/<testsuites[^>]*tests="6"[^>]*>/)
    expect(xml.match(/<failure /g)).toHaveLength(1)
    expect(xml.match(/<skipped\/>/g)).toHaveLength(1)
    expect(xml.match(/<error /g)).toHaveLength(1)
    expect(xml).toContain('too far &amp; wide')
  })
})

describe('drawings', () => {
  it('paints what lies above the tolerance', () => {
    expect(histogramSvg(detail, 1e-4, 'exact').match(/bar over/g)).toHaveLength(1)
    expect(histogramSvg(detail, null, 'exact')).not.toContain('bar over')
  })
  it('writes numbers short, and none as a dash', () => {
    expect([null, 0, 24, 1234567, 0.01234567, 1.23e-7, 123456.7].map(shortNumber)).toEqual(['–', '0', '24', '1,234,567', '0.01235', '1.23e-7', '1.23e+5'])
  })
})
