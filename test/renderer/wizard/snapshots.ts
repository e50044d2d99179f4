import type { DoctorDocument } from '../../../contract/environment'
import { recipeSchema, type Recipe } from '../../../contract/recipe'
import {
  comparisonDetailSchema,
  runSnapshotSchema,
  type Comparison,
  type ComparisonDetail,
  type RunSnapshot,
  type StageName,
  type StageResult,
  type StageState,
} from '../../../contract/run'
import type { Finding } from '../../../contract/finding'

/** Runs as main sends them, valid by the contract's own schemas; tests lay over them what they are about. */
const hash = (digit: string): string => digit.repeat(64)
export const hashes = {
  input: `f59b3d83${hash('a').slice(0, 50)}c83b36`,
  onnx: `2a70c4e9${hash('b').slice(0, 56)}`,
  engine: `9c1e07ab${hash('c').slice(0, 50)}41d2f6`,
}

export function stage(state: StageState, more: Partial<StageResult> = {}): StageResult {
  const done = state === 'completed' || state === 'cached'
  return {
    state,
    seconds: done ? 1.2 : 0,
    cached: state === 'cached',
    key: done ? hash('d') : null,
    startedAt: state === 'pending' ? null : '2026-11-24T10:00:00.000Z',
    stale: false,
    progress: null,
    findings: [],
    artifacts: [],
    ...more,
  }
}

export function recipe(edit: (recipe: Recipe) => void = () => undefined): Recipe {
  const fresh = recipeSchema.parse({})
  edit(fresh)
  return recipeSchema.parse(fresh)
}

export function finding(code: Finding['code'], severity: Finding['severity'], more: Partial<Finding> = {}): Finding {
  return { code, severity, message: `The message of ${code}.`, remedy: `The remedy of ${code}.`, evidence: {}, ...more }
}

export function comparison(hop: Comparison['hop'], output: string, more: Partial<Comparison> = {}): Comparison {
  return {
    hop,
    output,
    verdict: 'pass',
    reason: null,
    compared: 320,
    maxAbs: 9.54e-6,
    meanAbs: 8.8e-7,
    maxRel: 1.2e-4,
    rmse: 1.1e-6,
    cosine: 0.9999998,
    mismatched: 0,
    requiredAtol: 8.1e-6,
    atol: 1e-4,
    rtol: 1e-3,
    ...more,
  }
}

export const notJudged = (hop: Comparison['hop'], output: string): Comparison =>
  comparison(hop, output, {
    verdict: 'not-judged',
    reason: 'The engine was not run: this machine has no GPU.',
    compared: 0,
    maxAbs: null,
    meanAbs: null,
    maxRel: null,
    rmse: null,
    cosine: null,
    mismatched: null,
    requiredAtol: null,
  })

const signature = {
  inputs: [{ name: 'image', dtype: 'float32' as const, shape: ['N', 1, 28, 28] }],
  outputs: [
    { name: 'logits', dtype: 'float32' as const, shape: ['N', 10] },
    { name: 'features', dtype: 'float32' as const, shape: ['N', 64] },
  ],
}

/** A TorchScript file that was only looked at. */
export function fresh(more: Partial<RunSnapshot> = {}): RunSnapshot {
  return runSnapshotSchema.parse({
    version: 1,
    id: 'sample-1',
    createdAt: '2026-11-24T09:59:00.000Z',
    updatedAt: '2026-11-24T10:00:00.000Z',
    app: '0.1.0',
    folder: '/data/runs/sample-1',
    revision: 1,
    running: false,
    input: {
      path: '/data/models/digits.pt',
      bytes: 6549796,
      sha256: hashes.input,
      format: 'torchscript',
      signature: null,
      tensors: Array.from({ length: 40 }, (_, index) => ({ name: `features.${index}.weight`, dtype: 'float32', shape: [16, 3, 3, 3], bytes: 1728 })),
      pickle: { globals: ['collections.OrderedDict', 'torch._utils._rebuild_tensor_v2'], unsafe: [], verdict: 'nothing-found' },
      engine: null,
      facts: { torch: '2.11', nodes: '12' },
      findings: [],
    },
    recipe: recipe((r) => (r.load.inputs = [{ name: 'image', dtype: 'float32', shape: ['N', 1, 28, 28] }])),
    stages: { load: stage('pending'), convert: stage('pending'), build: stage('pending'), validate: stage('pending') },
    cards: { load: null, convert: null, build: null, validate: null },
    comparisons: [],
    findings: [],
    verdict: null,
    environment: {
      app: '0.1.0',
      platform: 'linux-x64',
      node: '20.18.0',
      electron: '33.2.1',
      python: '3.11.9',
      pythonPath: '/usr/bin/python3',
      torch: '2.11.0+cu130',
      cuda: null,
      driver: null,
      gpus: [],
      tensorrt: null,
      tensorrtRtx: '1.7.1',
      onnxruntime: '1.30.0',
      packages: {},
    },
    ...more,
  })
}

const stagesUpTo = (last: StageName): RunSnapshot['stages'] => {
  const order: StageName[] = ['load', 'convert', 'build', 'validate']
  const done = order.slice(0, order.indexOf(last) + 1)
  const artifact = {
    load: [],
    convert: [{ kind: 'onnx' as const, path: 'artifacts/model.onnx', sha256: hashes.onnx, bytes: 482_112 }],
    build: [{ kind: 'engine' as const, path: 'artifacts/model.engine', sha256: hashes.engine, bytes: 8_704_612 }],
    validate: [],
  }
  const entries = order.map((name) => [
    name,
    done.includes(name)
      ? stage('completed', { artifacts: artifact[name], seconds: { load: 1.2, convert: 8.4, build: 108, validate: 14.6 }[name] })
      : stage('pending'),
  ])
  return Object.fromEntries(entries) as RunSnapshot['stages']
}

const cards: RunSnapshot['cards'] = {
  load: { modelClass: 'TinyNet', parameters: 61_706, signature, sample: [{ name: 'image', dtype: 'float32', shape: [4, 1, 28, 28] }], sets: 2 },
  convert: {
    exporter: 'torchscript',
    opset: 17,
    nodes: 14,
    operators: { Conv: 3, Relu: 4, MaxPool: 2, Gemm: 2, Flatten: 1, Add: 2 },
    signature,
    checked: true,
  },
  build: {
    backend: 'tensorrt-rtx',
    libraryVersion: '1.7.1',
    targets: ['sm86'],
    header: null,
    profiles: [],
    readBacks: [
      { option: 'targets', requested: 'sm86', achieved: 'sm86', same: true, readFrom: 'engine header' },
      { option: 'hardwareCompat', requested: 'ampere-plus', achieved: 'this GPU only', same: false, readFrom: 'getHardwareCompatibilityLevel' },
      { option: 'precision', requested: null, achieved: null, same: null, readFrom: 'engine inspector' },
    ],
    layers: null,
    precisions: [],
    notReadBack: null,
    buildSeconds: 8.4,
    bytes: 8_704_612,
    phases: [
      { name: 'Building engine from network', seconds: 1.1 },
      { name: 'Computing profile costs', seconds: 7.1 },
    ],
    runsHere: 'no',
    runsHereReason: 'this machine has no GPU.',
    trtexec: 'tensorrt_rtx --onnx=model.onnx --computeCapabilities=8.6 --saveEngine=model.engine',
  },
  validate: { engineSha256: null, sets: 2, rule: 'numpy', lossEnters: null, subject: null, judgedOn: null },
}

/** Everything up to `last` done. */
export function upTo(last: StageName, more: Partial<RunSnapshot> = {}): RunSnapshot {
  const order: StageName[] = ['load', 'convert', 'build', 'validate']
  const kept = Object.fromEntries(order.map((name, index) => [name, index <= order.indexOf(last) ? cards[name] : null])) as RunSnapshot['cards']
  return fresh({ stages: stagesUpTo(last), cards: kept, ...more })
}

/** Without a GPU: ONNX equals PyTorch, the engine was never run. */
export const unjudged = (more: Partial<RunSnapshot> = {}): RunSnapshot =>
  upTo('validate', {
    verdict: 'not-judged',
    comparisons: [
      comparison('pytorch-onnx', 'logits'),
      comparison('pytorch-onnx', 'features', { compared: 2048, maxAbs: 2e-6 }),
      notJudged('onnx-engine', 'logits'),
      notJudged('onnx-engine', 'features'),
    ],
    findings: [finding('ENGINE_NOT_RUN', 'warning')],
    ...more,
  })

/** On a GPU: everything judged, the loss enters at Build. */
export const passed = (more: Partial<RunSnapshot> = {}): RunSnapshot =>
  upTo('validate', {
    verdict: 'pass',
    comparisons: [
      comparison('pytorch-onnx', 'logits', { maxAbs: 2.14e-4, meanAbs: 1.12e-6 }),
      comparison('pytorch-onnx', 'features', { maxAbs: 3e-5, compared: 2048 }),
      comparison('onnx-engine', 'logits', { maxAbs: 0.4118, meanAbs: 3.08e-3, atol: 0.5, rtol: 1e-2, requiredAtol: 0.405 }),
      comparison('onnx-engine', 'features', { maxAbs: 0.03, compared: 2048, atol: 0.5, rtol: 1e-2 }),
      comparison('pytorch-engine', 'logits', { maxAbs: 0.412, meanAbs: 3.08e-3, atol: 0.5, rtol: 1e-2, requiredAtol: 0.406 }),
      comparison('pytorch-engine', 'features', { maxAbs: 0.03, compared: 2048, atol: 0.5, rtol: 1e-2 }),
    ],
    cards: { ...cards, validate: { engineSha256: hashes.engine, sets: 2, rule: 'numpy', lossEnters: 'build', subject: null, judgedOn: null } },
    ...more,
  })

/** A spread of errors around 1e-4, cut at the tolerance, with exact matches beside it. */
export function detail(more: Partial<ComparisonDetail> = {}): ComparisonDetail {
  const scatter = Array.from({ length: 600 }, (_, index) => {
    const reference = -12 + (index / 600) * 30
    return { reference, difference: Math.sin(index * 12.9898) * (2e-4 + Math.abs(reference) * 1.2e-2) }
  })
  return comparisonDetailSchema.parse({
    hop: 'pytorch-engine',
    output: 'logits',
    shape: [32, 10],
    dtype: 'float32',
    meanRel: 2e-4,
    psnr: 71.2,
    quantiles: { p50: 3e-4, p90: 4e-3, p99: 2e-2 },
    relQuantiles: { p50: 1e-4, p90: 3e-3, p99: 7.9e-3 },
    firstMismatch: null,
    worstIndex: 25,
    argmaxAgreement: 1,
    topKAgreement: 0.984,
    nanReference: 0,
    nanCandidate: 0,
    histogram: { edges: [-7, -6, -5, -4, -3, -2, -1, Math.log10(0.5), 0], counts: [12, 1840, 118000, 642000, 1630000, 54800, 650, 0], zero: 321 },
    scatter,
    ...more,
  })
}

const absent = { available: false, version: null, path: null, attempts: [{ path: 'libnvinfer.so.10', reason: 'no such file' }] }
/** A machine without a GPU that has TensorRT-RTX. */
export const doctor: DoctorDocument = {
  python: { path: '/usr/bin/python3', version: '3.11.9' },
  torch: '2.11.0',
  driver: null,
  gpus: [],
  device: null,
  engines: {
    tensorrt: absent,
    'tensorrt-rtx': { available: true, version: '1.7.1', path: '/lib', attempts: [] },
    'torch-tensorrt': absent,
    onnxruntime: { available: true, version: '1.30.0', path: null, attempts: [] },
  },
  findings: [],
}
