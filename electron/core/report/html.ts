import { basename } from 'node:path'
import { Eta, type TemplateFunction } from 'eta'
import { stageNames } from '../../../contract/run'
import { histogramSvg, scatterSvg } from './charts'
import type { ReportData } from './index'
import { shortNumber } from './numbers'
import { reportStyle } from './style'
import { reportTemplate } from './template'
import { reportWords } from './words'

const eta = new Eta({ autoEscape: true, autoTrim: false })
/** Compiled at the first report: a batch writes hundreds. */
let template: TemplateFunction | null = null

/** The whole report as one file: opens offline, with nothing to fetch and no script in it. */
export function renderHtml(data: ReportData): string {
  const { snapshot, details } = data
  const words = reportWords(data.language)
  const charts = details.flatMap((detail) => {
    const row = snapshot.comparisons.find((one) => one.hop === detail.hop && one.output === detail.output)
    if (row === undefined) return []
    return [{ title: `${words.hop[detail.hop]} · ${detail.output}`, histogram: histogramSvg(detail, row.atol, words.exact), scatter: scatterSvg(detail, row) }]
  })
  const { environment } = snapshot
  const view = {
    words,
    style: reportStyle,
    number: shortNumber,
    snapshot,
    name: basename(snapshot.input.path.replaceAll('\\', '/')),
    verdict: snapshot.verdict ?? 'none',
    stages: stageNames.map((name) => ({ name: words.stage[name], ...snapshot.stages[name], state: words.state[snapshot.stages[name].state] })),
    findings: [...snapshot.findings, ...stageNames.flatMap((name) => snapshot.stages[name].findings)].map((finding) => ({
      ...finding,
      ...words.told(finding),
      keys: words.keys(finding),
    })),
    artifacts: stageNames.flatMap((name) => snapshot.stages[name].artifacts.filter((artifact) => artifact.kind !== 'report')),
    charts,
    environment: [
      ['Enginesmith', environment.app],
      ['OS', environment.platform],
      ['Node', environment.node],
      ['Electron', environment.electron],
      ['Python', environment.python],
      ['PyTorch', environment.torch],
      ['CUDA', environment.cuda],
      ['NVIDIA driver', environment.driver],
      ['GPU', environment.gpus.map((gpu) => `${gpu.name} (${gpu.computeCapability})`).join(', ') || null],
      ['TensorRT', environment.tensorrt],
      ['TensorRT-RTX', environment.tensorrtRtx],
      ['ONNX Runtime', environment.onnxruntime],
    ].filter(([, value]) => value !== null),
    recipe: JSON.stringify(snapshot.recipe, null, 2),
  }
  template ??= eta.compile(reportTemplate)
  return eta.render(template, view)
}
