import type { CompareDocument, InspectDocument, MakeDocument, PlainDocument, RunDocument } from '../../contract/documents'
import type { DoctorDocument } from '../../contract/environment'
import type { Finding } from '../../contract/finding'
import type { Artifact, RunSnapshot, StageResult } from '../../contract/run'
import { stageNames } from '../../contract/run'
import type { RunHandle } from '../core/api'
import type { Text } from './text'

export const emptyRun = (): RunDocument => {
  const pending = { state: 'pending' as const, seconds: 0, cached: false }
  return {
    run: null,
    verdict: null,
    stages: { load: pending, convert: pending, build: pending, validate: pending },
    comparisons: [],
    findings: [],
    artifacts: [],
    requested: null,
    achieved: null,
    environment: null,
  }
}

export const emptyMake = (): MakeDocument => ({ artifacts: [], requested: null, achieved: null, comparisons: [], findings: [], environment: null })
export const emptyCompare = (): CompareDocument => ({ verdict: null, comparisons: [], findings: [] })
export const emptyPlain = (): PlainDocument => ({ findings: [] })
export const emptyInspect = (): InspectDocument => ({
  format: 'unknown',
  bytes: null,
  sha256: null,
  signature: null,
  tensors: null,
  pickle: null,
  engine: null,
  findings: [],
})

export const emptyDoctor = (text: Text): DoctorDocument => {
  const unknown = { available: false, version: null, path: null, attempts: [{ path: '', reason: text.faults.doctorNotLooked }] }
  return {
    python: { path: null, version: null },
    torch: null,
    driver: null,
    gpus: [],
    engines: { tensorrt: unknown, 'tensorrt-rtx': unknown, 'torch-tensorrt': unknown, onnxruntime: unknown },
    findings: [],
  }
}

/** The document of a run, with artifacts at absolute paths. */
export function runDocument(handle: Pick<RunHandle, 'snapshot' | 'artifactPath' | 'folder'>): RunDocument {
  const snapshot = handle.snapshot()
  const { stages, cards, recipe } = snapshot
  const built = stages.build.state !== 'pending'
  const { backend, ...options } = recipe.build
  return {
    run: handle.folder,
    verdict: stages.validate.state === 'completed' || stages.validate.state === 'cached' ? snapshot.verdict : null,
    stages: { load: stage(stages.load), convert: stage(stages.convert), build: stage(stages.build), validate: stage(stages.validate) },
    comparisons: snapshot.comparisons,
    findings: findingsOf(snapshot),
    artifacts: artifactsOf(snapshot).map((artifact) => ({ ...artifact, path: handle.artifactPath(artifact) })),
    requested: built ? { backend, options } : null,
    achieved: cards.build && built ? { backend: cards.build.backend, version: cards.build.libraryVersion, rows: cards.build.readBacks } : null,
    environment: snapshot.environment,
  }
}

const stage = (result: StageResult): RunDocument['stages']['load'] => ({
  state: result.state,
  seconds: result.state === 'pending' ? 0 : result.seconds,
  cached: result.state === 'cached',
})

/** Findings of the run and of its stages, each once, in the order in which the stages ran. */
export function findingsOf(snapshot: Pick<RunSnapshot, 'findings' | 'stages'>): Finding[] {
  const all = [...stageNames.flatMap((name) => snapshot.stages[name].findings), ...snapshot.findings]
  return unique(all, (finding) => JSON.stringify([finding.code, finding.severity, finding.message, finding.evidence]))
}

export const artifactsOf = (snapshot: Pick<RunSnapshot, 'stages'>): Artifact[] =>
  unique(
    stageNames.flatMap((name) => snapshot.stages[name].artifacts),
    ({ kind, path }) => `${kind} ${path}`,
  )

function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const seen = new Set<string>()
  return items.filter((item) => {
    const key = keyOf(item)
    return seen.has(key) ? false : (seen.add(key), true)
  })
}
