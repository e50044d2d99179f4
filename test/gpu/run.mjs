// npm run gpu [-- NAME…]: the checks that need a GPU with TensorRT. They leave gpu.json and gpu.md in the folder of --out.
// CI has no GPU; what they found on one is under docs/measurements.
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { asMarkdown, execute, root, runCheck } from './harness.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: path.join(root, '.cache', 'gpu') },
    scratch: { type: 'string', default: path.join(root, '.cache', 'gpu', 'scratch') },
    models: { type: 'string', default: path.join(root, '.cache', 'gpu', 'models') },
    python: { type: 'string', default: 'python3' },
    skip: { type: 'string', default: '' },
    // Of a check that runs several models: those alone.
    only: { type: 'string', default: '' },
  },
})
for (const folder of [values.out, values.scratch, values.models]) fs.mkdirSync(folder, { recursive: true })

const made = await execute(values.python, [path.join(root, 'test', 'gpu', 'models.py'), values.models], { timeout: 400_000 })
process.stderr.write(made.stderr)
if (made.code !== 0) throw new Error(`models.py ended with ${made.code}`)
/** @type {Record<string, string>} */
const models = Object.fromEntries(fs.readdirSync(values.models).map((name) => [name, path.join(values.models, name)]))

const folder = path.join(root, 'test', 'gpu', 'checks')
const skipped = values.skip.split(',')
const records = []
for (const file of fs
  .readdirSync(folder)
  .filter((name) => name.endsWith('.mjs'))
  .sort()) {
  /** @type {import('./harness.mjs').Check} */
  const check = (await import(pathToFileURL(path.join(folder, file)).href)).default
  if (positionals.length > 0 ? !positionals.includes(check.name) : skipped.includes(check.name)) continue
  process.stdout.write(`=== ${check.name}\n`)
  const record = await runCheck(check, { scratch: values.scratch, python: values.python, models, only: values.only.split(',').filter((name) => name !== '') })
  records.push(record)
  // Written after each check: a machine that goes away takes nothing with it.
  fs.writeFileSync(path.join(values.out, 'gpu.json'), JSON.stringify(records, null, 1))
  fs.writeFileSync(path.join(values.out, 'gpu.md'), records.map(asMarkdown).join('\n\n') + '\n')
  process.stdout.write(`${asMarkdown(record)}\n\n`)
}
const failed = records.reduce((count, record) => count + record.expectations.filter(({ ok }) => !ok).length + (record.error === null ? 0 : 1), 0)
const passed = records.reduce((count, record) => count + record.expectations.filter(({ ok }) => ok).length, 0)
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
