// What the sample's run must say on this machine. The sample is right by construction, so that anything else is a fault.

/**
 * @typedef {import('../../contract/run').RunFile} RunFile
 * @typedef {{ ok: boolean, verdict: string | null, lines: string[], problems: string[] }} Judgement
 */

/** @param {string} hop */
const enginesHop = (hop) => hop === 'onnx-engine' || hop === 'pytorch-engine'

/**
 * - PyTorch against ONNX Runtime is compared and passes.
 * - An engine was built for the target that was asked for, where a TensorRT is there at all.
 * - The engine's own hops pass on a GPU that runs it, and are not judged, with a reason, on any other machine.
 * @param {RunFile} run
 * @returns {Judgement}
 */
export function judgeSample(run) {
  /** @type {string[]} */
  const problems = []
  for (const [name, stage] of Object.entries(run.stages)) {
    if (stage.state !== 'completed' && stage.state !== 'cached') problems.push(`${name} ended as ${stage.state}`)
  }
  const rows = run.comparisons
  const onnx = rows.filter(({ hop }) => hop === 'pytorch-onnx')
  if (onnx.length === 0) problems.push('PyTorch and ONNX Runtime were not compared')
  for (const row of onnx)
    if (row.verdict !== 'pass' || row.compared === 0) problems.push(`${row.hop} ${row.output} is ${row.verdict}, ${row.compared} values compared`)
  for (const row of rows) if (row.verdict === 'fail') problems.push(`${row.hop} ${row.output} failed: ${row.reason ?? 'no reason'}`)

  const card = run.cards.build
  const hasEngine = card !== null && card.backend !== 'onnxruntime'
  const engineRows = rows.filter(({ hop }) => enginesHop(hop))
  if (hasEngine) {
    if (!run.stages.build.artifacts.some(({ kind }) => kind === 'engine')) problems.push('Build left no engine')
    if (engineRows.length === 0) problems.push('the engine has no comparison, not even an unjudged one')
    const wanted = card.runsHere === 'yes' ? 'pass' : 'not-judged'
    for (const row of engineRows) {
      if (row.verdict !== wanted) problems.push(`${row.hop} ${row.output} is ${row.verdict}, where this machine should give ${wanted}`)
      if (row.verdict === 'not-judged' && !row.reason) problems.push(`${row.hop} ${row.output} is not judged and gives no reason`)
    }
  } else if (run.environment.tensorrtRtx) problems.push(`TensorRT for RTX ${run.environment.tensorrtRtx} is here, yet the engine was not built with it`)
  const verdict = hasEngine && card.runsHere !== 'yes' ? 'not-judged' : 'pass'
  if (run.verdict !== verdict) problems.push(`the verdict is ${run.verdict}, expected ${verdict}`)

  const lines = [
    `verdict: ${run.verdict} (${problems.length === 0 ? 'as expected on this machine' : 'NOT as expected on this machine'})`,
    ...(hasEngine ? [`engine: ${card.backend} ${card.libraryVersion ?? ''} for ${card.targets.join(', ') || 'this GPU'}, ${card.bytes ?? '?'} bytes`] : []),
    ...rows.map(
      (row) =>
        `  ${row.hop} ${row.output}: ${row.verdict}${row.compared > 0 ? `, ${row.compared} values, largest difference ${row.maxAbs}` : ''}${row.reason ? ` (${row.reason})` : ''}`,
    ),
  ]
  return { ok: problems.length === 0, verdict: run.verdict, lines, problems }
}
