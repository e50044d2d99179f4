import { recipeSchema } from '../../../contract/recipe'
import type { Artifact, Comparison, RunFile, StageName } from '../../../contract/run'
import { makeFinding } from '../../../electron/core/errors'
import { RunState } from '../../../electron/core/pipeline/run-state'
import { emptyResult } from '../../../electron/core/pipeline/stage'
import type { recordCall } from '../../../electron/cli/call-record'
import type { runDocument } from '../../../electron/cli/documents'

const environment = {
  app: '0.1.0',
  platform: 'linux',
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
}
export const row: Comparison = {
  hop: 'pytorch-onnx',
  output: 'y',
  verdict: 'pass',
  reason: null,
  compared: 4,
  maxAbs: 0,
  meanAbs: 0,
  maxRel: 0,
  rmse: 0,
  cosine: 1,
  mismatched: 0,
  requiredAtol: 0,
  atol: 1,
  rtol: 1,
}
export const artifact = (kind: Artifact['kind'], path: string): Artifact => ({ kind, path, sha256: 'a', bytes: 1 })

/** A run that an earlier call carried through all of its stages. */
export function earlierRun(): { state: RunState; handle: Parameters<typeof runDocument>[0] & Parameters<typeof recordCall>[0] } {
  const done = (name: StageName, kind: Artifact['kind']) => ({
    ...emptyResult(),
    state: 'completed' as const,
    seconds: 9,
    key: name,
    findings: [makeFinding('BACKEND_CHOSEN', 'info', name, 'r')],
    artifacts: [artifact(kind, `artifacts/${name}`)],
  })
  const file: RunFile = {
    version: 1,
    id: '1',
    createdAt: '',
    updatedAt: '',
    app: '0.1.0',
    input: { path: '/a.pt', bytes: 1, sha256: 'a', format: 'state-dict', signature: null, tensors: null, pickle: null, engine: null, facts: {}, findings: [] },
    recipe: recipeSchema.parse({ build: { backend: 'onnxruntime' } }),
    stages: { load: done('load', 'tensors'), convert: done('convert', 'onnx'), build: done('build', 'engine'), validate: done('validate', 'tensors') },
    cards: { load: null, convert: null, build: null, validate: null },
    comparisons: [row, { ...row, hop: 'onnx-engine' }],
    findings: [],
    verdict: 'pass',
    environment,
  }
  const state = new RunState('/run', file)
  return {
    state,
    handle: { folder: '/run', snapshot: () => state.snapshot(), onChange: (listener) => state.onChange(listener), artifactPath: ({ path }) => `/run/${path}` },
  }
}
