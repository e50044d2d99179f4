import type { BatchRow } from '../../../contract/batch'
import type { LatencyOf } from '../../../contract/run'

/** What the batch's report says beyond the words that a run's report has, in both languages. */
const en = {
  title: 'Batch report',
  counts: { pass: 'Pass', fail: 'Fail', notJudged: 'Not judged', error: 'Error', skipped: 'Skipped' },
  states: {
    waiting: 'Waiting',
    running: 'Running',
    done: 'Done',
    error: 'Error',
    cancelled: 'Cancelled',
    excluded: 'Left out',
    skipped: 'No model',
  } satisfies Record<BatchRow['state'], string>,
  columns: {
    file: 'File',
    kind: 'Kind',
    verdict: 'Verdict',
    finding: 'Finding',
    seconds: 'Seconds',
    bytes: 'Bytes',
    engine: 'Engine, bytes',
    latency: 'Latency, ms',
    backend: 'Backend',
  },
  latencyOf: { engine: 'engine', onnxruntime: 'ONNX Runtime, CPU' } satisfies Record<LatencyOf, string>,
  verdictsChart: 'Verdicts',
  stagesChart: 'Seconds by stage',
  sizesChart: 'Size and seconds of each model',
  rows: 'Rows',
  sameContent: 'same content',
  open: 'report',
}

const zh: typeof en = {
  title: '批处理报告',
  counts: { pass: '通过', fail: '未通过', notJudged: '未判定', error: '出错', skipped: '跳过' },
  states: { waiting: '等待中', running: '运行中', done: '已完成', error: '出错', cancelled: '已取消', excluded: '已排除', skipped: '不是模型' },
  columns: {
    file: '文件',
    kind: '类型',
    verdict: '结论',
    finding: '发现',
    seconds: '秒',
    bytes: '字节',
    engine: '引擎字节',
    latency: '延迟，毫秒',
    backend: '后端',
  },
  latencyOf: { engine: '引擎', onnxruntime: 'ONNX Runtime，CPU' },
  verdictsChart: '结论',
  stagesChart: '各阶段用时（秒）',
  sizesChart: '各模型的大小与用时',
  rows: '各行',
  sameContent: '内容相同',
  open: '报告',
}

export type BatchWords = typeof en
export const batchWords = (lang: string): BatchWords => (lang.startsWith('zh') ? zh : en)
