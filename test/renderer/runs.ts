import { recipeSchema } from '../../contract/recipe'
import { runSnapshotSchema, type RunSnapshot, type RunSummary, type StageName, type StageState, type Verdict } from '../../contract/run'

const stage = (state: StageState): object => ({
  state,
  seconds: 0,
  cached: false,
  key: null,
  startedAt: null,
  stale: false,
  progress: null,
  findings: [],
  artifacts: [],
})

/** A valid snapshot, checked by the contract's own schema. */
export function snapshotOf(
  changes: { id?: string; revision?: number; running?: boolean; verdict?: Verdict | null; states?: Partial<Record<StageName, StageState>> } = {},
): RunSnapshot {
  const { id = 'r1', revision = 1, running = false, verdict = null, states = {} } = changes
  return runSnapshotSchema.parse({
    version: 1,
    id,
    createdAt: '2026-11-24T10:00:00.000Z',
    updatedAt: '2026-11-24T10:05:00.000Z',
    app: '0.1.0',
    input: {
      path: '/models/net.onnx',
      bytes: 12,
      sha256: null,
      format: 'onnx',
      signature: null,
      tensors: null,
      pickle: null,
      engine: null,
      facts: {},
      findings: [],
    },
    recipe: recipeSchema.parse({}),
    stages: Object.fromEntries((['load', 'convert', 'build', 'validate'] as const).map((name) => [name, stage(states[name] ?? 'pending')])),
    cards: { load: null, convert: null, build: null, validate: null },
    comparisons: [],
    findings: [],
    verdict,
    environment: {
      app: '0.1.0',
      platform: 'linux-x64',
      node: '20',
      electron: null,
      python: null,
      pythonPath: null,
      torch: null,
      cuda: null,
      driver: null,
      gpus: [],
      tensorrt: null,
      tensorrtRtx: null,
      onnxruntime: null,
      packages: {},
    },
    folder: `/runs/${id}`,
    revision,
    running,
  })
}

export function summaryOf(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    id: 'r1',
    folder: '/runs/r1',
    name: 'net.onnx',
    format: 'onnx',
    createdAt: '2026-11-24T10:00:00.000Z',
    updatedAt: '2026-11-24T10:05:00.000Z',
    backend: 'tensorrt-rtx',
    stages: { load: 'completed', convert: 'completed', build: 'completed', validate: 'completed' },
    verdict: 'pass',
    findings: 0,
    seconds: 3,
    running: false,
    ...changes,
  }
}
