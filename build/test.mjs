// npm test: set-up, then every suite; npm test -- unit native runs only those, and what follows a second `--` goes to them.
import fs from 'node:fs'
import { at } from './lib/paths.mjs'
import { closingLine, total } from './lib/counts.mjs'
import { elapsed, say } from './lib/report.mjs'
import { suites } from './lib/suites.mjs'
import { setupOrExit } from './setup.mjs'

const given = process.argv.slice(2)
const cut = given.indexOf('--')
const names = cut < 0 ? given : given.slice(0, cut)
const extra = cut < 0 ? [] : given.slice(cut + 1)
const unknown = names.filter((name) => !suites.some((suite) => suite.name === name))
if (unknown.length > 0) {
  say(`unknown suite: ${unknown.join(', ')}. There are: ${suites.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

await setupOrExit({ quiet: true })

const started = Date.now()
const results = at('.cache', 'test')
fs.mkdirSync(results, { recursive: true })
/** @type {Array<{ title: string, counts: import('./lib/vitest-counts.mjs').Counts, time: string }>} */
const ended = []
for (const suite of suites.filter(({ name }) => names.length === 0 || names.includes(name))) {
  say(`\n=== ${suite.title}`)
  const since = Date.now()
  ended.push({ title: suite.title, counts: await suite.run(results, extra), time: elapsed(since) })
}

say('')
for (const { title, counts, time } of ended) {
  say(`${counts.failed > 0 ? 'FAILED' : 'ok    '} ${title}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped.length} skipped, ${time}`)
  for (const name of counts.failures) say(`         ${name}`)
  for (const { name, reason } of counts.skipped) say(`         skipped: ${name}: ${reason ?? 'no reason given, which counts as a failure'}`)
}
say(`all suites: ${elapsed(started)}`)
const sum = total(ended.map(({ counts }) => counts))
process.stdout.write(`${closingLine(sum)}\n`)
// Nothing passed is no success: something kept every test from running.
process.exit(sum.failed > 0 || sum.passed === 0 ? 1 : 0)
