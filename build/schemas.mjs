// Writes docs/schemas/*.json from contract/; with --check only says whether they are current.
import fs from 'node:fs'
import prettier from 'prettier'
import { runnerImport } from 'vite'
import { at, root } from './lib/paths.mjs'

const check = process.argv.includes('--check')
const folder = at('docs', 'schemas')
const { module } = await runnerImport(at('contract', 'schemas.ts'), { root, configFile: false, logLevel: 'error' })
const options = { ...(await prettier.resolveConfig(at('package.json'))), parser: 'json' }

/** @type {Map<string, string>} */
const wanted = new Map()
for (const [name, schema] of Object.entries(module.jsonSchemas())) wanted.set(`${name}.json`, await prettier.format(JSON.stringify(schema), options))

const there = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.endsWith('.json')) : []
/** @param {string} name */
const read = (name) => (there.includes(name) ? fs.readFileSync(at('docs', 'schemas', name), 'utf8') : null)
const stale = [...wanted.keys()].filter((name) => read(name) !== wanted.get(name))
const left = there.filter((name) => !wanted.has(name))

if (check) {
  for (const name of stale) console.error(`docs/schemas/${name} is not what contract/ says`)
  for (const name of left) console.error(`docs/schemas/${name} belongs to nothing in contract/`)
  if (stale.length + left.length > 0) console.error('Write them anew with: node build/schemas.mjs')
  process.exit(stale.length + left.length > 0 ? 1 : 0)
}

fs.mkdirSync(folder, { recursive: true })
for (const name of stale) fs.writeFileSync(at('docs', 'schemas', name), wanted.get(name) ?? '')
for (const name of left) fs.rmSync(at('docs', 'schemas', name))
console.log(stale.length + left.length > 0 ? `docs/schemas: ${[...stale, ...left].join(', ')}` : 'docs/schemas: current')
