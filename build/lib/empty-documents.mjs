// What the command line prints before set-up has compiled it: the documents of electron/cli/documents.ts with nothing in
// them (test/unit/cli/schemas.test.ts holds the two together).

const pending = { state: 'pending', seconds: 0, cached: false }
const run = {
  run: null,
  verdict: null,
  stages: { load: pending, convert: pending, build: pending, validate: pending },
  comparisons: [],
  findings: [],
  artifacts: [],
  requested: null,
  achieved: null,
  engineUse: null,
  environment: null,
}
const make = { artifacts: [], requested: null, achieved: null, comparisons: [], findings: [], environment: null }
const unknown = { available: false, version: null, path: null, attempts: [{ path: '', reason: 'not looked at: the call ended before' }] }

/** @type {Record<string, object>} */
const documents = {
  doctor: {
    python: { path: null, version: null },
    torch: null,
    driver: null,
    gpus: [],
    device: null,
    engines: { tensorrt: unknown, 'tensorrt-rtx': unknown, 'torch-tensorrt': unknown, onnxruntime: unknown },
    findings: [],
  },
  inspect: { format: 'unknown', bytes: null, sha256: null, signature: null, tensors: null, pickle: null, engine: null, facts: {}, advice: null, findings: [] },
  convert: make,
  build: make,
  run,
  validate: run,
  batch: { batch: null, counts: { pass: 0, fail: 0, notJudged: 0, error: 0, skipped: 0 }, rows: [], findings: [] },
  compare: { verdict: null, comparisons: [], findings: [] },
  time: { engine: null, device: null, library: null, conditions: null, engineUse: null, rows: [], best: null, latencyLimitMs: null, findings: [] },
  layers: { engine: null, source: null, profiledRuns: 0, layers: [], groups: [], findings: [] },
  diff: { a: null, b: null, rows: [], totals: null, findings: [] },
  refit: {
    artifacts: [],
    source: null,
    weights: null,
    seconds: null,
    sizes: { before: null, withWeights: null, withoutWeights: null },
    flags: null,
    verified: null,
    comparisons: [],
    findings: [],
  },
  sheet: { onnx: null, device: null, rows: [], difference: [], verdict: null, findings: [] },
  drill: { onnx: null, checkpoint: null, backend: null, version: null, device: null, steps: [], verdict: null, findings: [] },
  export: { run: null, folder: null, zip: null, files: [], metadata: null, verdict: null, findings: [] },
  open: { findings: [] },
}

/**
 * The empty document of the command that a call names; that of a call without one where it names none.
 * @param {readonly string[]} argv
 */
export function emptyDocument(argv) {
  const word = argv.find((argument, index) => !argument.startsWith('-') && argv[index - 1] !== '--lang')
  return (word !== undefined && Object.hasOwn(documents, word) ? documents[word] : undefined) ?? { findings: [] }
}
