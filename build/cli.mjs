// npm run -s cli -- ...: the command line in the clone. It sets nothing up and prints nothing of its own, unless set-up
// is missing: that is said in the form that was asked for. The command runs in this very process, so that its exit code
// and its handling of signals are the command's own.
import fs from 'node:fs'
import { pathToFileURL } from 'node:url'
import { emptyDocument } from './lib/empty-documents.mjs'
import { at } from './lib/paths.mjs'

// A signal that comes while the command is still being read is kept for it: no call ends without its document.
/** @type {NodeJS.Signals[]} */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
/** @type {Set<NodeJS.Signals>} */
const early = new Set()
const keep = (/** @type {NodeJS.Signals} */ signal) => early.add(signal)
for (const signal of signals) process.on(signal, keep)

const entry = at('out', 'cli', 'index.js')
const missing = ['out/cli/index.js', 'node_modules/onnxruntime-node/package.json'].filter((name) => !fs.existsSync(at(name)))

if (missing.length > 0) {
  const finding = {
    code: 'SETUP_MISSING',
    severity: 'error',
    message: `This clone is not set up: ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing.`,
    remedy: 'Run: npm run setup',
    evidence: { missing },
  }
  const argv = process.argv.slice(2)
  process.stderr.write(`${finding.message} ${finding.remedy}\n`)
  if (argv.includes('--json')) process.stdout.write(JSON.stringify({ ...emptyDocument(argv), findings: [finding] }) + '\n')
  process.exitCode = 3
} else {
  // The command reads its arguments as if it had been started itself; relative paths are its own business (INIT_CWD).
  process.argv[1] = entry
  await import(pathToFileURL(entry).href)
  for (const signal of signals) process.off(signal, keep)
  for (const signal of early) process.emit(signal, signal)
}
