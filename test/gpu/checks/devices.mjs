// Which GPU: --device, the setting, and a GPU that is not there. Needs two GPUs; with one it says so and judges what one can show.
import fs from 'node:fs'
import path from 'node:path'

/** @param {any} doc */
const codesOf = (doc) => (doc?.findings ?? []).map((/** @type {any} */ one) => one.code)
/** What the driver said the build was on, such as `1 NVIDIA H100`. @param {any} doc @returns {{ requested: string | null, achieved: string | null, same: boolean | null } | null} */
const deviceOf = (doc) => (doc?.achieved?.rows ?? []).find((/** @type {any} */ one) => one.option === 'device') ?? null

/** @type {import('../harness.mjs').Check} */
export default {
  name: 'devices',
  title: 'Which GPU work goes to',
  async run({ cli, dir, models, expect, row, note }) {
    const small = models['small.onnx'] ?? ''
    const shapes = ['--shapes', 'x:1x3x32x32/4x3x32x32/8x3x32x32']
    const settings = path.join(dir, 'data', 'settings.json')
    /** @param {number | null} device */
    const choose = (device) => {
      fs.mkdirSync(path.dirname(settings), { recursive: true })
      fs.writeFileSync(settings, JSON.stringify({ device }))
    }
    /** @param {string} name @param {string[]} flags */
    const build = async (name, flags) => {
      const out = path.join(dir, `${name.replaceAll(/\W+/g, '-')}.engine`)
      const { code, doc } = await cli(['build', small, '-o', out, '--backend', 'tensorrt', ...shapes, ...flags])
      const device = deviceOf(doc)
      row(name, { exit: code, asked: device?.requested ?? null, built_on: device?.achieved ?? null, findings: codesOf(doc).join(' ') })
      return { code, doc, device, out }
    }

    const { doc: doctor } = await cli(['doctor'])
    /** @type {Array<{ name: string }>} */
    const gpus = doctor?.gpus ?? []
    row('doctor', { GPUs: gpus.map((gpu, index) => `${index} ${gpu.name}`).join(', '), used: doctor?.device ?? null })
    expect(gpus.length > 0 && doctor.device === 0, `without a choice the first is used (${doctor?.device})`)
    const first = await build('no word', [])
    expect(first.code === 0 && first.device?.achieved === `0 ${gpus[0]?.name}` && first.device.requested === null, 'a build without a word is on the first')

    // A GPU that is not there: named by a flag, or by a setting of another day.
    const gone = await build('--device 7', ['--device', '7'])
    expect(gone.code === 3 && codesOf(gone.doc).includes('GPU_MISSING'), `--device 7 is missing: exit ${gone.code}, ${codesOf(gone.doc).join(' ')}`)
    choose(7)
    const lost = await build('setting 7', [])
    const said = (lost.doc?.findings ?? []).find((/** @type {any} */ one) => one.code === 'GPU_MISSING')
    expect(
      lost.code === 3 && said?.evidence?.setting === true && said.evidence.gpus.length === gpus.length,
      `a setting that is gone is said: exit ${lost.code}`,
    )
    const told = await cli(['doctor'])
    expect(told.code === 0 && told.doc?.device === null && codesOf(told.doc).includes('GPU_MISSING'), 'doctor warns of it, and is no fault')
    const named = await build('setting 7, --device 0', ['--device', '0'])
    expect(named.code === 0 && named.device?.achieved?.startsWith('0 ') === true, 'a flag comes before it')
    const timed = await cli(['time', first.out, '--duration', '200', '--device', '7'])
    expect(timed.code === 3 && codesOf(timed.doc).includes('GPU_MISSING'), `time --device 7: exit ${timed.code}`)
    choose(null)

    if (gpus.length < 2) {
      note('Not judged: one GPU. That work goes to the second of two was not shown here.')
      return
    }
    const second = await build('--device 1', ['--device', '1'])
    expect(second.code === 0 && second.device?.same === true && second.device.achieved === `1 ${gpus[1]?.name}`, 'a build with --device 1 is on GPU 1')
    choose(1)
    expect((await cli(['doctor'])).doc?.device === 1, 'doctor says that GPU 1 is used')
    const chosen = await build('setting 1', [])
    expect(chosen.code === 0 && chosen.device?.achieved?.startsWith('1 ') === true, 'the setting is heeded by a build')
    const beaten = await build('setting 1, --device 0', ['--device', '0'])
    expect(beaten.code === 0 && beaten.device?.achieved?.startsWith('0 ') === true, 'a flag comes before the setting')
    const here = await cli(['time', first.out, '--duration', '200'])
    expect(here.doc?.device?.index === 1, `time heeds the setting (${here.doc?.device?.index})`)
    const there = await cli(['time', first.out, '--duration', '200', '--device', '0'])
    expect(there.doc?.device?.index === 0, `time --device 0 (${there.doc?.device?.index})`)
    choose(null)

    const run = path.join(dir, 'run')
    const made = await cli(['run', small, '--out', run, '--backend', 'tensorrt', ...shapes])
    expect(made.doc?.verdict === 'pass' || made.doc?.verdict === 'not-judged', `the run has a verdict: ${made.doc?.verdict}`)
    /** @param {string} name @param {string[]} flags @param {boolean} cached */
    const validate = async (name, flags, cached) => {
      const { code, doc } = await cli(['validate', run, ...flags])
      const engine = (doc?.comparisons ?? []).find((/** @type {any} */ one) => one.hop === 'onnx-engine')
      row(name, { exit: code, verdict: doc?.verdict ?? null, compared: engine?.compared ?? null, state: doc?.stages?.validate?.state ?? null })
      expect(
        code === 0 && engine?.verdict === 'pass' && engine.compared > 0,
        `${name}: the engine is judged (${engine?.verdict}, ${engine?.compared} compared)`,
      )
      expect(doc?.stages?.validate?.cached === cached, `${name}: ${cached ? 'reused' : 'run anew'} (${doc?.stages?.validate?.state})`)
    }
    const alike = gpus[1]?.name === gpus[0]?.name
    if (!alike) note('The two GPUs are of different kinds: an engine of the one is not run on the other here.')
    await validate('validate --device 0', ['--device', '0'], false)
    if (alike) await validate('validate --device 1', ['--device', '1'], false)
    choose(1)
    const again = await cli(['run', small, '--out', path.join(dir, 'run-1'), '--backend', 'tensorrt', ...shapes])
    expect(deviceOf(again.doc)?.achieved?.startsWith('1 ') === true, 'the setting is heeded by a run')
    const reused = await cli(['run', small, '--out', run, '--backend', 'tensorrt', ...shapes])
    expect(
      reused.doc?.stages?.build?.cached === alike,
      alike ? 'a build on a GPU of the same kind is reused' : 'a build on a GPU of another kind is not reused',
    )
  },
}
