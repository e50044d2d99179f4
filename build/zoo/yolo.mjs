// A whole YOLO checkpoint, as everybody has one: refused, allowed by name, then .wts, ONNX and an engine.
import fs from 'node:fs'
import path from 'node:path'
import { at } from '../lib/paths.mjs'
import { run } from '../lib/process.mjs'
import { cache, cell, enginesmith, errorIn, versions, writeMeasurement } from './common.mjs'

const side = 320
const names = 15

/** @typedef {{ what: string, command: string, good: boolean, said: string, seconds: number }} Step */

/** @param {string} python @returns {Promise<number>} how many steps ended otherwise than they should */
export async function yolo(python) {
  const folder = path.join(cache, 'yolo')
  fs.mkdirSync(folder, { recursive: true })
  const file = path.join(folder, 'yolov8n.pt')
  const env = { YOLO_CONFIG_DIR: cache, HOME: cache }
  if (!fs.existsSync(file)) await run(python, [at('test', 'zoo', 'yolo.py'), 'save', file], { quiet: true, env })
  /** @type {Step[]} */
  const steps = []
  /**
   * @param {string} what
   * @param {string[]} args
   * @param {(told: Awaited<ReturnType<typeof enginesmith>>) => [boolean, string]} judge
   */
  const step = async (what, args, judge) => {
    const told = await enginesmith(args)
    const [good, said] = judge(told)
    const shown = args.map((word) => (path.isAbsolute(word) ? path.basename(word) : word)).join(' ')
    steps.push({
      what,
      command: shown.replace(/[0-9a-f]{64}/, 'SHA256').replace('--python python', '--python ENV'),
      good,
      said: cell(said),
      seconds: told.seconds,
    })
    process.stderr.write(`${good ? 'ok ' : 'BAD'} ${what}: ${said}\n`)
    return told.document
  }
  const refusedNames = (/** @type {unknown} */ list) => (Array.isArray(list) ? list.map(String) : [])

  const looked = await step('looked at', ['inspect', file], ({ code, document }) => {
    const refused = document.pickle?.unsafe ?? []
    return [
      code === 0 && document.format === 'pickled-module' && refused.length === names,
      `${document.format}; ${refused.length} names refused: ${refused.map((name) => name.replace(/^.*\./, '')).join(', ')}`,
    ]
  })
  const allow = ['--allow-listed', looked.sha256 ?? '', '--python', python]
  const wts = path.join(folder, 'yolov8n.wts')
  await step('without leave', ['convert', file, '--to', 'wts', '-o', wts, '--force'], ({ code, document }) => {
    const refusal = document.findings.find((finding) => finding.code === 'LOAD_UNSAFE_GLOBALS' && finding.severity === 'error')
    const told = refusedNames(refusal?.evidence['names']).length
    return [code === 2 && told === names, `exit ${code}, LOAD_UNSAFE_GLOBALS with ${told} names`]
  })
  await step('with another hash', ['convert', file, '--to', 'wts', '-o', wts, '--force', '--allow-listed', '0'.repeat(64)], ({ code, document }) => [
    code === 2,
    `exit ${code}, ${errorIn(document).slice(0, 60)}`,
  ])
  const plain = path.join(folder, 'plain.wts')
  await run(python, [at('test', 'zoo', 'yolo.py'), 'wts', file, plain], { quiet: true, env })
  await step('to .wts, its names allowed', ['convert', file, '--to', 'wts', '-o', wts, '--force', ...allow], ({ code }) => {
    const same = code === 0 && fs.readFileSync(wts).equals(fs.readFileSync(plain))
    return [same, code === 0 ? `${fs.statSync(wts).size} bytes, ${same ? 'identical to' : 'other than'} the file of the gen_wts loop` : `exit ${code}`]
  })
  const input = ['--input', `images:float32:Nx3x${side}x${side}`]
  for (const exporter of ['torchscript', 'dynamo'])
    await step(
      `to ONNX by the ${exporter} exporter`,
      ['convert', file, '--to', 'onnx', '-o', path.join(folder, `${exporter}.onnx`), '--force', '--exporter', exporter, ...input, ...allow],
      judgeOnnx,
    )
  const shape = `3x${side}x${side}`
  const out = path.join(folder, 'run')
  fs.rmSync(out, { recursive: true, force: true })
  await step(
    'to an engine of TensorRT for RTX',
    ['run', file, '--out', out, ...input, '--shapes', `images:1x${shape}/2x${shape}/4x${shape}`, '--backend', 'tensorrt-rtx', '--target', 'sm86', ...allow],
    (told) => {
      const engine = told.document.artifacts?.find(({ kind }) => kind === 'engine')
      const built = told.document.stages?.build?.state === 'completed' && engine !== undefined
      return [built && judgeOnnx(told)[0], built ? `${(engine.bytes / 2 ** 20).toFixed(1)} MiB; ${judgeOnnx(told)[1]}` : errorIn(told.document)]
    },
  )
  fs.rmSync(out, { recursive: true, force: true })
  report(steps, await versions(python))
  return steps.filter(({ good }) => !good).length
}

/** @param {Awaited<ReturnType<typeof enginesmith>>} told @returns {[boolean, string]} */
function judgeOnnx({ code, document }) {
  const rows = (document.comparisons ?? []).filter(({ hop }) => hop === 'pytorch-onnx')
  const pass = rows.length > 0 && rows.every(({ verdict }) => verdict === 'pass')
  const worst = Math.max(...rows.map(({ maxAbs }) => maxAbs ?? 0)).toExponential(1)
  return [pass, rows.length === 0 ? `exit ${code}, ${errorIn(document)}` : `${rows.length} outputs, ${pass ? 'pass' : 'not pass'}, largest difference ${worst}`]
}

/** @param {Step[]} steps @param {string} made */
function report(steps, made) {
  const rows = steps.map(
    ({ what, command, good, said, seconds }) =>
      `| ${what} | \`${command}\` | ${good ? 'as it should' : '**not as it should**'} | ${said} | ${seconds.toFixed(1)} |`,
  )
  writeMeasurement(
    'yolo',
    `# A whole YOLO checkpoint, from refusal to engine

\`npm run zoo -- yolo\`: YOLOv8n from its description by ultralytics itself, random weights with settled batch-norm statistics, saved whole in half precision by its own \`save\`. The engine is for sm86 and built on a CPU (nothing here can run it).

${made}

| What | Command | Ended | Said | Seconds |
|---|---|---|---|---|
${rows.join('\n')}
`,
  )
}
