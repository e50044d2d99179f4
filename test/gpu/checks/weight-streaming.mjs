// Weights that stay in host memory while an engine runs: the same answers at every budget, the budget that really holds, and what it costs.
import path from 'node:path'

/** Bytes as MiB. @param {number | null | undefined} bytes */
const mib = (bytes) => (bytes === null || bytes === undefined ? null : bytes / 2 ** 20)
/** @param {any} doc */
const codesOf = (doc) => (doc?.findings ?? []).map((/** @type {any} */ one) => one.code)

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'weight-streaming',
  title: 'Weight streaming: budgets 0, half, automatic, more than there is, and none',
  async run({ cli, dir, models, expect, row, note }) {
    const model = models['wide.pt2'] ?? ''
    const folder = path.join(dir, 'wide')
    // Multiplications may use TF32: its tolerance, at every budget.
    const flags = ['--python', 'python3', '--backend', 'tensorrt', '--precision', 'strongly-typed', '--opt-level', '2', '--atol', '1e-2', '--rtol', '1e-2']
    const made = await cli(['run', model, '--out', folder, ...flags, '--weight-streaming'], { timeout: 300_000 })
    const problems = (/** @type {any} */ doc) => (doc?.findings ?? []).map((/** @type {any} */ one) => one.message).join(' ')
    if (
      !expect(
        made.code === 0 && made.doc?.verdict === 'pass',
        `the engine is built and passes (exit ${made.code}): ${problems(made.doc)} ${made.stderr.slice(-200)}`,
      )
    )
      return
    const engine = (made.doc?.artifacts ?? []).find((/** @type {any} */ one) => one.kind === 'engine')?.path ?? ''

    // Not weight for weight the same file without the option: TensorRT 10 takes streaming of strongly typed networks alone.
    const loose = await cli([
      'build',
      models['small.onnx'] ?? '',
      '-o',
      path.join(dir, 'loose.engine'),
      '--backend',
      'tensorrt',
      '--precision',
      'fp32',
      '--opt-level',
      '0',
      '--shapes',
      'x:1x3x32x32/4x3x32x32/8x3x32x32',
      '--weight-streaming',
    ])
    note(`Weight streaming of a network that is not strongly typed: exit ${loose.code}. ${problems(loose.doc)}`)
    const plain = path.join(dir, 'plain.engine')
    const built = await cli([
      'build',
      models['small.onnx'] ?? '',
      '-o',
      plain,
      '--backend',
      'tensorrt',
      '--opt-level',
      '0',
      '--shapes',
      'x:1x3x32x32/4x3x32x32/8x3x32x32',
    ])
    expect(built.code === 0, 'an engine without streaming is built')

    /** @type {Map<string, string>} */
    const answers = new Map()
    let streamable = 0
    for (const budget of ['none', '0', '50%', 'auto', '64GiB']) {
      const ask = budget === 'none' ? [] : ['--weight-budget', budget]
      // The run itself went without a budget: its numbers are that row's.
      const { code, doc, stderr } = budget === 'none' ? made : await cli(['validate', folder, ...ask], { timeout: 200_000 })
      const use = doc?.engineUse?.weightStreaming
      if (!expect(code === 0 && doc?.verdict === 'pass', `${budget}: passes (exit ${code}) ${problems(doc)} ${code === 0 ? '' : stderr.slice(-200)}`)) continue
      if (!expect(use !== null && use !== undefined, `${budget}: the budget is read back`)) continue
      const rows = doc.comparisons.filter((/** @type {any} */ one) => one.hop.endsWith('engine'))
      const compared = rows.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.compared, 0)
      expect(compared > 0, `${budget}: values were compared (${compared})`)
      // The errors against one and the same reference, to their last digit: other outputs could not have them.
      answers.set(budget, JSON.stringify(rows.map((/** @type {any} */ one) => [one.hop, one.output, one.maxAbs, one.meanAbs, one.rmse, one.cosine])))
      const timed = await cli(['time', engine, '--duration', '1500', '--cuda-graph', budget === '50%' ? 'both' : 'off', ...ask], { timeout: 120_000 })
      expect(timed.code === 0 && timed.doc?.rows.length > 0, `${budget}: is timed (exit ${timed.code}) ${problems(timed.doc)}`)
      expect(timed.doc?.engineUse?.weightStreaming?.budget === use.budget, `${budget}: time holds the same budget as validate`)
      const latency = (/** @type {boolean} */ graph) => timed.doc?.rows.find((/** @type {any} */ one) => one.cudaGraph === graph)?.latency.median ?? null
      row(`budget ${budget}`, {
        'streamable MiB': mib(use.streamable),
        'asked MiB': mib(use.requested),
        'holds MiB': mib(use.budget),
        'scratch MiB': mib(use.scratch),
        'latency ms': latency(false),
        'with CUDA graph ms': latency(true),
        'max abs': rows[0]?.maxAbs,
        findings: codesOf(doc)
          .filter((/** @type {string} */ one) => one.startsWith('WEIGHT') || one.startsWith('RUN_'))
          .join(' '),
      })
      streamable = use.streamable
      const changed = codesOf(doc).includes('WEIGHT_BUDGET_CHANGED')
      expect(use.requested === null ? !changed : changed === (use.requested !== use.budget), `${budget}: a budget that differs is said, and only that`)
      if (budget === 'none')
        expect(use.requested === null && use.budget === use.streamable, `without a budget every weight stays on the GPU (${use.budget} of ${use.streamable})`)
      if (budget === '0') expect(use.budget === 0 && use.scratch > 0, `0 streams all that can be streamed (${use.budget}, scratch ${use.scratch})`)
      if (budget === '50%')
        expect(
          use.requested === Math.floor(streamable / 2) && Math.abs(use.budget - use.requested) < streamable / 4,
          `half is half (${use.budget} of ${streamable})`,
        )
      if (budget === 'auto') expect(use.requested > 0 && use.budget <= streamable, `auto is what the library says (${use.requested})`)
      if (budget === '64GiB') expect(use.budget === streamable && changed, `more than there is: all of it, and said (${use.budget})`)
    }
    expect(streamable > 200 * 2 ** 20, `most of the 266 MiB can be streamed (${streamable})`)
    expect(
      answers.size === 5 && new Set(answers.values()).size === 1,
      `the outputs are the same at every budget: ${[...answers.values()].join(' | ').slice(0, 400)}`,
    )

    const refused = await cli(['time', plain, '--weight-budget', '50%'])
    expect(
      refused.code === 2 && codesOf(refused.doc).includes('RUN_OPTION_UNSUPPORTED'),
      `an engine that streams nothing refuses a budget: exit ${refused.code}`,
    )
    note(`Refused: ${problems(refused.doc)}`)
    const cached = await cli(['time', engine, '--runtime-cache', path.join(dir, 'own.cache')])
    expect(cached.code === 2 && codesOf(cached.doc).includes('RUN_OPTION_UNSUPPORTED'), `full TensorRT has no runtime cache: exit ${cached.code}`)
  },
}
