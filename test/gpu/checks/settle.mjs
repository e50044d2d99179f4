// A run that could not be judged where it was built: a copy of its folder is judged on the GPU, without PyTorch, and the verdict comes home.
import fs from 'node:fs'
import path from 'node:path'

/** The GPU is out of sight, as on a laptop. */
const laptop = { CUDA_VISIBLE_DEVICES: '' }

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'settle',
  title: 'Settled elsewhere: judged on a copy without PyTorch, and merged back',
  async run({ cli, dir, models, expect, row }) {
    const at = (/** @type {string} */ name) => path.join(dir, name)
    const [home, away, bare] = [at('home'), at('away'), at('no-programs')]
    fs.mkdirSync(bare)
    const codes = (/** @type {any} */ told) => (told.doc?.findings ?? []).map((/** @type {any} */ one) => one.code)
    const note = (/** @type {string} */ name, /** @type {any} */ told) => {
      const engine = (told.doc?.comparisons ?? []).filter((/** @type {any} */ one) => one.hop === 'pytorch-engine')
      const compared = engine.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.compared, 0)
      row(name, { exit: told.code, verdict: told.doc?.verdict ?? null, 'values of the engine': compared, seconds: told.seconds })
      return compared
    }
    const flags = ['--python', 'python3', '--backend', 'tensorrt', '--precision', 'fp32', '--opt-level', '0', '--up-to', 'build']
    const built = await cli(['run', models['small.pt2'] ?? '', '--out', home, ...flags], { timeout: 240_000 })
    note('built', built)
    if (!expect(built.doc?.stages?.build?.state === 'completed', `the engine is built (exit ${built.code}): ${built.stderr.slice(-300)}`)) return

    const before = await cli(['validate', home], { env: laptop })
    expect(note('without the GPU', before) === 0, 'no value of the engine is compared without a GPU')
    expect(before.code === 6 && before.doc?.verdict === 'not-judged', `and the run is not judged (exit ${before.code}, ${before.doc?.verdict})`)

    fs.cpSync(home, away, { recursive: true })
    const there = await cli(['validate', away], { env: { PATH: bare }, timeout: 120_000 })
    expect(note('a copy on the GPU, no Python on the path', there) > 0, 'on the GPU its values are compared')
    expect(there.code === 0 && there.doc?.verdict === 'pass', `and it passes (exit ${there.code}: ${codes(there)} ${there.stderr.slice(-300)})`)

    const merged = await cli(['validate', home, '--merge', away], { env: laptop })
    expect(note('merged at home', merged) > 0, 'the rows came home')
    expect(merged.code === 0 && merged.doc?.verdict === 'pass' && codes(merged).includes('VERDICT_MERGED'), `with the verdict (${codes(merged)})`)
    const again = await cli(['validate', home], { env: laptop })
    note('validated at home again', again)
    expect(again.code === 0 && again.doc?.verdict === 'pass' && codes(again).includes('VERDICT_KEPT'), `which stays (${again.code}, ${codes(again)})`)

    // One byte of the engine, its run none the wiser.
    const artifact = (there.doc?.artifacts ?? []).find((/** @type {any} */ one) => one.kind === 'engine')
    const engine = path.isAbsolute(artifact?.path ?? '') ? artifact.path : path.join(away, artifact?.path ?? '')
    const bytes = fs.readFileSync(engine)
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1
    fs.writeFileSync(engine, bytes)
    const changed = await cli(['validate', away])
    note('a byte of the engine changed', changed)
    expect(changed.code === 2 && codes(changed).includes('FILE_CHANGED'), `a changed engine is refused (exit ${changed.code}: ${codes(changed)})`)
  },
}
