import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/** @param {string} file */
const sha256 = (file) => createHash('sha256').update(fs.readFileSync(file)).digest('hex')
const codes = (/** @type {any} */ told) => (told.doc?.findings ?? []).map((/** @type {any} */ finding) => finding.code)
const message = (/** @type {any} */ told, /** @type {string} */ code) =>
  (told.doc?.findings ?? []).find((/** @type {any} */ finding) => finding.code === code)?.message ?? ''

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'host-code',
  title: 'Code for the CPU in a version-compatible engine: refused, and run after a yes',
  async run({ cli, dir, models, expect, row, note }) {
    const small = models['small.onnx'] ?? ''
    const at = (/** @type {string} */ name) => path.join(dir, name)
    const base = ['--backend', 'tensorrt', '--opt-level', '0', '--version-compatible']
    const lib = path.join(process.env['TENSORRT_ROOT'] ?? '', 'lib')
    const lean = fs.existsSync(lib) ? fs.readdirSync(lib).filter((name) => /^libnvinfer_lean\.so/.test(name)) : []
    const built = await cli(['build', small, '-o', at('with.engine'), ...base])
    row('built with its lean runtime', { exit: built.code, bytes: size(at('with.engine')), findings: codes(built).join(' ') })
    if (lean.length === 0) {
      note('There is no libnvinfer_lean beside TensorRT: an engine that carries it is not judged.')
      expect(built.code === 2 && codes(built).includes('BUILD_FAILED'), `without the lean runtime the build says so (exit ${built.code}: ${codes(built)})`)
      return
    }
    if (!expect(built.code === 0, `it is built (exit ${built.code}: ${JSON.stringify(built.doc?.findings ?? built.stderr.slice(-500))})`)) return
    const without = await cli(['build', small, '-o', at('without.engine'), ...base, '--exclude-lean-runtime'])
    row('and without', { exit: without.code, bytes: size(at('without.engine')), findings: codes(without).join(' ') })
    const carried = (size(at('with.engine')) ?? 0) - (size(at('without.engine')) ?? 0)
    expect(carried > 1_000_000, `the engine carries code: ${carried} bytes more than the one without`)

    const told = await cli(['inspect', at('with.engine')])
    row('inspect', { exit: told.code, runs: told.doc?.engine?.runsHere, reason: told.doc?.engine?.reason })
    const yes = ['--allow-host-code', sha256(at('with.engine'))]
    const times = ['--duration', '200', '--cuda-graph', 'off']
    for (const [verb, args] of /** @type {const} */ ([
      ['time', ['time', at('with.engine'), ...times]],
      ['layers', ['layers', at('with.engine')]],
    ])) {
      const refused = await cli([...args])
      row(`${verb}, nobody said yes`, { exit: refused.code, findings: codes(refused).join(' ') })
      expect(
        refused.code === 2 && codes(refused).includes('ENGINE_HOST_CODE'),
        `${verb} refuses it (exit ${refused.code}: ${JSON.stringify(refused.doc?.findings)})`,
      )
      note(`${verb}: ${message(refused, 'ENGINE_HOST_CODE')}`)
      const other = await cli([...args, '--allow-host-code', '0'.repeat(64)])
      expect(codes(other).includes('ENGINE_HOST_CODE'), `${verb}: a yes to another file is no yes to this one (exit ${other.code})`)
      const allowed = await cli([...args, ...yes])
      row(`${verb}, allowed`, { exit: allowed.code, 'GPU ms': allowed.doc?.rows?.[0]?.gpu?.median, findings: codes(allowed).join(' ') })
      // A lean runtime of another TensorRT is opened all the same, and tells then that it reads other engines.
      const foreign = /Version tag does not match/.test(message(allowed, 'ENGINE_INCOMPATIBLE'))
      if (foreign) note(`${verb}, allowed: the lean runtime was opened and answers: ${message(allowed, 'ENGINE_INCOMPATIBLE')}`)
      const why = `exit ${allowed.code}: ${JSON.stringify(allowed.doc?.findings ?? allowed.stderr.slice(-300))}`
      expect(allowed.code === 0 || (allowed.code === 2 && foreign), `${verb}: its code is opened after a yes (${why})`)
    }
    // What this very program has just built needs no question; one of an earlier call does.
    const run = await cli(['run', small, '--out', at('run'), ...base], { timeout: 120_000 })
    row('run', { exit: run.code, verdict: run.doc?.verdict, findings: codes(run).join(' ') })
    expect(!codes(run).includes('ENGINE_HOST_CODE'), `a run is not asked about its own build (exit ${run.code}: ${codes(run)})`)
    // Another tolerance: the engine is run anew, by a call that did not build it.
    const again = await cli(['validate', at('run'), '--atol', '0.5'])
    row('the same run, judged by another call', { exit: again.code, findings: codes(again).join(' ') })
    expect(again.code === 2 && codes(again).includes('ENGINE_HOST_CODE'), `the run of an earlier call is asked about (exit ${again.code}: ${codes(again)})`)
    const free = await cli(['time', at('without.engine'), ...times])
    row('time, engine without code', { exit: free.code, 'GPU ms': free.doc?.rows?.[0]?.gpu?.median, findings: codes(free).join(' ') })
    expect(!codes(free).includes('ENGINE_HOST_CODE'), `the engine without code is not asked about (exit ${free.code}: ${codes(free)})`)
  },
}

/** @param {string} file */
function size(file) {
  return fs.existsSync(file) ? fs.statSync(file).size : null
}
