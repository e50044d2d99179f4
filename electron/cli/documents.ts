import type { CompareDocument, InspectDocument, MakeDocument, PlainDocument, RunDocument } from '../../contract/documents'
import type { DoctorDocument } from '../../contract/environment'
import type { ExportDocument } from '../../contract/export'
import type { Finding } from '../../contract/finding'
import type { Artifact, RunSnapshot, StageName } from '../../contract/run'
import { convertHops, stageNames } from '../../contract/run'
import type { RunHandle } from '../core/api'
import { isDone, type CallRecord } from './call-record'
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
    engineUse: null,
    environment: null,
  }
}

export const emptyMake = (): MakeDocument => ({ artifacts: [], requested: null, achieved: null, comparisons: [], findings: [], environment: null })
export const emptyCompare = (): CompareDocument => ({ verdict: null, comparisons: [], findings: [] })
export const emptyExport = (): ExportDocument => ({ run: null, folder: null, zip: null, files: [], metadata: null, verdict: null, findings: [] })
export const emptyPlain = (): PlainDocument => ({ findings: [] })
export const emptyInspect = (): InspectDocument => ({
  format: 'unknown',
  bytes: null,
  sha256: null,
  signature: null,
  tensors: null,
  pickle: null,
  engine: null,
  facts: {},
  advice: null,
  findings: [],
})

export const emptyDoctor = (text: Text): DoctorDocument => {
  const unknown = { available: false, version: null, path: null, attempts: [{ path: '', reason: text.faults.doctorNotLooked }] }
  return {
    python: { path: null, version: null },
    torch: null,
    driver: null,
    gpus: [],
    device: null,
    engines: { tensorrt: unknown, 'tensorrt-rtx': unknown, 'torch-tensorrt': unknown, onnxruntime: unknown },
    findings: [],
  }
}

/** The document of a call on a run, with artifacts at absolute paths. What the call did not reach is not in it. */
export function runDocument(handle: Pick<RunHandle, 'snapshot' | 'artifactPath' | 'folder'>, record: CallRecord): RunDocument {
  const snapshot = handle.snapshot()
  const { cards, recipe } = snapshot
  const stages = {
    load: record.stage(snapshot, 'load'),
    convert: record.stage(snapshot, 'convert'),
    build: record.stage(snapshot, 'build'),
    validate: record.stage(snapshot, 'validate'),
  }
  const reached = stageNames.filter((name) => stages[name].state !== 'pending')
  const done = reached.filter((name) => isDone(stages[name].state))
  const { backend, ...options } = recipe.build
  const card = done.includes('build') ? cards.build : null
  return {
    run: handle.folder,
    verdict: done.includes('validate') ? snapshot.verdict : null,
    stages,
    comparisons: snapshot.comparisons.filter(({ hop }) => done.includes('validate') || (done.includes('convert') && convertHops.has(hop))),
    findings: findingsOf(snapshot, reached),
    artifacts: artifactsOf(snapshot, done).map((artifact) => ({ ...artifact, path: handle.artifactPath(artifact) })),
    requested: reached.includes('build') ? { backend, options } : null,
    achieved: card
      ? {
          backend: card.backend,
          version: card.libraryVersion,
          rows: card.readBacks,
          precisions: card.precisions,
          buildSeconds: card.buildSeconds,
          notReadBack: card.notReadBack,
        }
      : null,
    engineUse: done.includes('validate') ? (cards.validate?.engineUse ?? null) : null,
    environment: snapshot.environment,
  }
}

/** Findings of the file, the run and the given stages, each once. */
export function findingsOf(snapshot: Pick<RunSnapshot, 'findings' | 'stages'>, names: readonly StageName[]): Finding[] {
  const all = [...snapshot.findings, ...names.flatMap((name) => snapshot.stages[name].findings)]
  return unique(all, (finding) => JSON.stringify([finding.code, finding.severity, finding.message, finding.evidence]))
}

export const artifactsOf = (snapshot: Pick<RunSnapshot, 'stages'>, names: readonly StageName[]): Artifact[] =>
  unique(
    names.flatMap((name) => snapshot.stages[name].artifacts),
    ({ kind, path }) => `${kind} ${path}`,
  )

function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const seen = new Set<string>()
  return items.filter((item) => {
    const key = keyOf(item)
    return seen.has(key) ? false : (seen.add(key), true)
  })
}
