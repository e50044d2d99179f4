// npm run lint, npm run format (--fix): every language's checks; `--types` checks types instead.
import { checks, typeChecks } from './lib/checks.mjs'
import { none } from './lib/counts.mjs'
import { run } from './lib/process.mjs'
import { elapsed, say } from './lib/report.mjs'
import fs from 'node:fs'
import path from 'node:path'

const fix = process.argv.includes('--fix')
const counts = none()

for (const check of process.argv.includes('--types') ? typeChecks() : checks()) {
  if (fix && !check.fix) continue
  const since = Date.now()
  try {
    const { code } = await run(check.command, fix && check.fix ? check.fix : check.args, { allowFailure: true })
    if (code !== 0) throw new Error(`exit code ${code}`)
    counts.passed += 1
    say(`${check.name}: ${fix ? 'done' : 'clean'}, ${elapsed(since)}`)
  } catch (error) {
    counts.failed += 1
    counts.failures.push(check.name)
    say(`${check.name}: ${error instanceof Error ? error.message : error}`)
  }
}

if (process.env.ENGINESMITH_COUNTS) {
  fs.mkdirSync(path.dirname(process.env.ENGINESMITH_COUNTS), { recursive: true })
  fs.writeFileSync(process.env.ENGINESMITH_COUNTS, JSON.stringify(counts))
}
process.exitCode = counts.failed > 0 ? 1 : 0
