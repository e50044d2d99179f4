import type { Settings } from '../../../contract/settings'
import { hops, stages, tell, tellKeys, tellReason, type Told, type ToldKeys } from '../../../contract/words'
import type { Finding } from '../../../contract/finding'
import type { Hop, StageName, StageState, Verdict } from '../../../contract/run'

/** Keys of a kind that a report lists; run.json holds more. */
const mostKeys = 100

/** Every word of the report that is not data. */
export interface ReportWords {
  lang: string
  told: (finding: Finding) => Told
  keys: (finding: Finding) => ToldKeys[]
  reason: (reason: string) => string
  /** The engine's own word is missing, and why. */
  notReadBack: (reason: string) => string
  weightBudget: (budget: string, streamable: string) => string
  title: string
  verdict: Record<Verdict | 'none', string>
  verdictText: Record<Verdict | 'none', string>
  hop: Record<Hop, string>
  stage: Record<StageName, string>
  state: Record<StageState, string>
  headings: Record<'comparisons' | 'charts' | 'findings' | 'stages' | 'requested' | 'artifacts' | 'environment' | 'recipe' | 'inputs', string>
  columns: Record<
    | 'hop'
    | 'output'
    | 'verdict'
    | 'compared'
    | 'maxAbs'
    | 'meanAbs'
    | 'maxRel'
    | 'rmse'
    | 'cosine'
    | 'mismatched'
    | 'tolerance'
    | 'requiredAtol'
    | 'reason'
    | 'stage'
    | 'state'
    | 'seconds'
    | 'option'
    | 'requested'
    | 'achieved'
    | 'readFrom'
    | 'kind'
    | 'path'
    | 'bytes'
    | 'sha256'
    | 'name'
    | 'value'
    | 'shape'
    | 'dtype',
    string
  >
  rule: string
  none: string
  remedy: string
  histogram: string
  scatter: string
  tolerance: string
  exact: string
  notTensorRT: string
  lossEnters: Record<'convert' | 'build', string>
  made: string
}

const en: ReportWords = {
  lang: 'en',
  told: (finding) => tell(finding, 'en'),
  keys: (finding) => tellKeys(finding, 'en', mostKeys),
  reason: (reason) => tellReason(reason, 'en'),
  title: 'Conversion report',
  verdict: { pass: 'Pass', fail: 'Fail', 'not-judged': 'Not judged', none: 'No verdict' },
  verdictText: {
    pass: 'Every output of every hop stays within its tolerance.',
    fail: 'At least one output is outside its tolerance or is not what it should be.',
    'not-judged': 'Nothing failed, but something could not be judged here.',
    none: 'Validate was not reached.',
  },
  hop: {
    'pytorch-onnx': 'PyTorch → ONNX',
    'fp32-onnx': 'FP32 → ONNX',
    'onnx-engine': 'ONNX → engine',
    'pytorch-engine': 'PyTorch → engine',
    'pytorch-compiled': 'PyTorch → compiled in memory',
    'compiled-engine': 'Compiled in memory → saved file',
    'expected-onnx': 'Right answers → ONNX',
    'expected-engine': 'Right answers → engine',
    'pytorch-torchscript': 'PyTorch → TorchScript',
    'pytorch-exported-program': 'PyTorch → exported program',
  },
  stage: { load: 'Load', convert: 'Convert', build: 'Build', validate: 'Validate' },
  state: {
    pending: 'not run',
    running: 'running',
    cached: 'reused',
    completed: 'done',
    failed: 'failed',
    cancelling: 'cancelling',
    cancelled: 'cancelled',
    crashed: 'crashed',
  },
  weightBudget: (budget, streamable) => `The engine was run with ${budget} of its ${streamable} bytes of streamable weights on the GPU.`,
  notReadBack: (reason) => `The engine was not read back: ${reason}. The rows are the builder’s word and the file’s header.`,
  headings: {
    comparisons: 'Comparisons',
    charts: 'Where the error lies',
    findings: 'Findings',
    stages: 'Stages',
    requested: 'Requested and achieved',
    artifacts: 'Files',
    environment: 'Environment',
    recipe: 'Recipe',
    inputs: 'Inputs',
  },
  columns: {
    hop: 'Hop',
    output: 'Output',
    verdict: 'Verdict',
    compared: 'Compared',
    maxAbs: 'Max |error|',
    meanAbs: 'Mean |error|',
    maxRel: 'Max relative',
    rmse: 'RMSE',
    cosine: 'Cosine',
    mismatched: 'Mismatched',
    tolerance: 'Tolerance (atol, rtol)',
    requiredAtol: 'atol that would pass',
    reason: 'Reason',
    stage: 'Stage',
    state: 'State',
    seconds: 'Seconds',
    option: 'Option',
    requested: 'Requested',
    achieved: 'Achieved',
    readFrom: 'Read from',
    kind: 'Kind',
    path: 'Path',
    bytes: 'Bytes',
    sha256: 'SHA-256',
    name: 'Name',
    value: 'Value',
    shape: 'Shape',
    dtype: 'Type',
  },
  rule: 'Elementwise rule',
  none: 'None.',
  remedy: 'What to do',
  histogram: 'Absolute error, elements by decade',
  scatter: 'Difference against the reference',
  tolerance: 'tolerance',
  exact: 'exact',
  notTensorRT: 'Backend ONNX Runtime on the CPU: this is not TensorRT, and there is no engine file.',
  lossEnters: { convert: 'Most of the error enters in Convert.', build: 'Most of the error enters in Build.' },
  made: 'Made by Enginesmith',
}

const zh: ReportWords = {
  lang: 'zh-CN',
  told: (finding) => tell(finding, 'zh-CN'),
  keys: (finding) => tellKeys(finding, 'zh-CN', mostKeys),
  reason: (reason) => tellReason(reason, 'zh-CN'),
  title: '转换报告',
  verdict: { pass: '通过', fail: '未通过', 'not-judged': '未判定', none: '无结论' },
  verdictText: {
    pass: '每一跳的每个输出都在容差之内。',
    fail: '至少有一个输出超出容差，或与应有的结果不符。',
    'not-judged': '没有失败项，但有内容无法在此判定。',
    none: '尚未运行到验证。',
  },
  hop: hops,
  stage: stages,
  state: {
    pending: '未运行',
    running: '运行中',
    cached: '已复用',
    completed: '完成',
    failed: '失败',
    cancelling: '正在取消',
    cancelled: '已取消',
    crashed: '崩溃',
  },
  weightBudget: (budget, streamable) => `运行引擎时，可流式传输的 ${streamable} 字节权重中有 ${budget} 字节在 GPU 上。`,
  notReadBack: (reason) => `未能读回引擎：${reason}。以下各行来自构建器与文件头。`,
  headings: {
    comparisons: '比较',
    charts: '误差分布',
    findings: '发现',
    stages: '阶段',
    requested: '请求与实得',
    artifacts: '文件',
    environment: '环境',
    recipe: '配方',
    inputs: '输入',
  },
  columns: {
    hop: '跳',
    output: '输出',
    verdict: '结论',
    compared: '比较元素数',
    maxAbs: '最大绝对误差',
    meanAbs: '平均绝对误差',
    maxRel: '最大相对误差',
    rmse: '均方根误差',
    cosine: '余弦相似度',
    mismatched: '不符元素数',
    tolerance: '容差（atol, rtol）',
    requiredAtol: '可通过的 atol',
    reason: '原因',
    stage: '阶段',
    state: '状态',
    seconds: '秒',
    option: '选项',
    requested: '请求',
    achieved: '实得',
    readFrom: '读取自',
    kind: '类型',
    path: '路径',
    bytes: '字节',
    sha256: 'SHA-256',
    name: '名称',
    value: '值',
    shape: '形状',
    dtype: '数据类型',
  },
  rule: '逐元素规则',
  none: '无。',
  remedy: '怎么办',
  histogram: '绝对误差（按数量级的元素数）',
  scatter: '差值与参考值',
  tolerance: '容差',
  exact: '完全相等',
  notTensorRT: '后端为 CPU 上的 ONNX Runtime：这不是 TensorRT，也没有引擎文件。',
  lossEnters: { convert: '误差主要来自转换。', build: '误差主要来自构建。' },
  made: '由 Enginesmith 生成',
}

/** `system` follows the machine's own language. */
export function reportWords(language: Settings['language']): ReportWords {
  const wanted = language === 'system' ? Intl.DateTimeFormat().resolvedOptions().locale : language
  return wanted.toLowerCase().startsWith('zh') ? zh : en
}
