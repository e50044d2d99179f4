import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import type { ExportDocument, ExportedFile } from '../../../contract/export'
import type { Artifact, BuildCard, RunFile } from '../../../contract/run'
import type { Core } from '../api'
import { throwIfCancelled } from '../cancelled'
import { isMissing, makeFolder, needSpace, writing } from '../disk'
import { EnginesmithError } from '../errors'
import { engineBackend } from '../engines'
import { sha256File } from '../files/hash'
import { engineHeaderOf } from '../formats'
import { writeAtomic } from '../files/write'
import { artifactName, artifactPath, needUnchanged } from '../store/artifacts'
import { writeNpz } from '../tensors'
import { exportFindings, refuseZero } from './findings'
import { metadataOf } from './metadata'
import { runnerFiles } from './runners'
import { fileNameOf, npyOf, sampleOf, storableTensors } from './sample'
import { writeZip } from './zip-file'

export const metadataName = 'enginesmith.json'

export interface ExportWork {
  /** The run's folder, and what its run.json says. */
  folder: string
  run: RunFile
  /** Absolute; absent, empty, or with `force` an earlier export. */
  out: string
  /** Beside the folder, `OUT.zip`. */
  zip: boolean
  force: boolean
  signal: AbortSignal
}

/**
 * Writes a run's engine, what must be known of it and programs that run it into a folder, which appears whole or not at
 * all. Fills `document`.
 * @throws EnginesmithError EXPORT_NOT_BUILT, REFIT_ALL_ZERO, FILE_CHANGED, OUT_EXISTS, OUT_NOT_WRITABLE, DISK_FULL
 */
export async function exportRun(core: Pick<Core, 'host'>, work: ExportWork, document: ExportDocument): Promise<void> {
  const { folder, run, out, zip, force, signal } = work
  const subject = subjectOf(folder, run)
  refuseZero(run)
  const zipPath = `${out}.zip`
  await checkTarget(out, zip ? zipPath : null, force)
  const parent = dirname(out)
  await writing(out, () => makeFolder(parent))
  await needSpace(parent, subject.files.reduce((sum, file) => sum + file.artifact.bytes, 0) * (zip ? 2 : 1), `Writing ${basename(out)}`)
  const making = join(parent, `.tmp-${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    await writing(out, () => mkdir(making))
    const files = await fill(core, making, subject, work, document)
    if (zip) {
      await writeZip(zipPath, making, files, basename(out))
      document.zip = { path: zipPath, sha256: await sha256File(zipPath, signal), bytes: (await stat(zipPath)).size }
    }
    throwIfCancelled(signal)
    await writing(out, () => takePlace(making, out))
    document.folder = out
    document.files = files
  } finally {
    await rm(making, { recursive: true, force: true }).catch(() => undefined)
  }
}

interface ExportSubject {
  card: BuildCard
  model: { artifact: Artifact; file: string; role: ExportedFile['role'] }
  onnx: Artifact | null
  /** Everything that is copied as it is. */
  files: Array<{ artifact: Artifact; file: string; role: ExportedFile['role'] }>
}

/** What there is to take. @throws EnginesmithError EXPORT_NOT_BUILT */
function subjectOf(folder: string, run: RunFile): ExportSubject {
  const card = run.cards.build
  const { build, convert } = run.stages
  const onnx = convert.artifacts.find(({ kind }) => kind === 'onnx') ?? null
  const backend = card === null ? null : engineBackend(card.backend)
  const engine = build.artifacts.find(({ kind }) => kind === backend?.engineKind) ?? null
  const artifact = backend?.hasEngine === true ? engine : onnx
  if (card === null || backend === null || artifact === null || (build.state !== 'completed' && build.state !== 'cached')) {
    throw new EnginesmithError(
      'EXPORT_NOT_BUILT',
      `The run in ${folder} has no finished Build, so there is nothing to take away.`,
      'Run it up to Build first.',
      {
        folder,
        state: build.state,
      },
    )
  }
  if (backend.hasEngine) {
    const ending = backend.engineKind === 'engine' ? 'engine' : extname(artifactName(artifact)).slice(1) || 'pt2'
    const model = { artifact, file: `model.${ending}`, role: backend.engineKind }
    return { card, model, onnx, files: [model] }
  }
  // The names of external data stand in the ONNX file, so that they must stay.
  const data = convert.artifacts.filter(({ kind }) => kind === 'onnx-data')
  const model = { artifact, file: data.length > 0 ? artifactName(artifact) : 'model.onnx', role: 'onnx' as const }
  return { card, model, onnx, files: [model, ...data.map((one) => ({ artifact: one, file: artifactName(one), role: 'onnx-data' as const }))] }
}

/** Refuses a place before any work is done. */
async function checkTarget(out: string, zipPath: string | null, force: boolean): Promise<void> {
  const names = await readdir(out).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  const isFile = (await stat(out).catch(() => null))?.isFile() === true
  if (isFile || (names.length > 0 && !(force && (await isExport(out))))) {
    throw new EnginesmithError(
      'OUT_EXISTS',
      `There is already something at ${out}.`,
      'Choose a new or empty folder, or add --force to replace an earlier export; nothing else is ever replaced.',
      { path: out },
    )
  }
  if (zipPath !== null && !force && (await stat(zipPath).catch(() => null)) !== null) {
    throw new EnginesmithError('OUT_EXISTS', `There is already something at ${zipPath}.`, 'Choose another name, or add --force to replace the file.', {
      path: zipPath,
    })
  }
}

async function isExport(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, metadataName), 'utf8').catch(() => '')
  return text.includes('"enginesmith-export"')
}

async function takePlace(making: string, out: string): Promise<void> {
  const old = `${making}-old`
  const moved = await rename(out, old).then(
    () => true,
    (error: unknown) => (isMissing(error) ? false : Promise.reject(error)),
  )
  await rename(making, out)
  if (moved) await rm(old, { recursive: true, force: true })
}

async function fill(core: Pick<Core, 'host'>, making: string, subject: ExportSubject, work: ExportWork, document: ExportDocument): Promise<ExportedFile[]> {
  const { folder, run, signal } = work
  const files: ExportedFile[] = []
  const at = (path: string): string => join(making, ...path.split('/'))
  const note = async (role: ExportedFile['role'], path: string): Promise<void> => {
    files.push({ role, path, sha256: await sha256File(at(path), signal), bytes: (await stat(at(path))).size })
  }
  for (const { artifact, file, role } of subject.files) {
    throwIfCancelled(signal)
    await writing(at(file), () => copyFile(artifactPath(folder, artifact), at(file)))
    await note(role, file)
    await needUnchanged(folder, artifact, signal, files.at(-1)?.sha256)
  }
  await writing(making, async () => {
    await mkdir(at('sample/inputs'), { recursive: true })
    if (runnerFiles(subject.card.backend, '').some(({ role }) => role === 'runner-cpp')) await mkdir(at('cpp'))
  })
  const sample = await sampleOf(folder, run, subject.onnx, core.host, making, signal)
  await rm(at('onnx.safetensors'), { force: true })
  await writeNpz(at('sample/inputs.npz'), storableTensors(sample.inputs))
  await note('sample-inputs', 'sample/inputs.npz')
  for (const [name, tensor] of sample.inputs) {
    const path = `sample/inputs/${fileNameOf(name)}`
    await writeAtomic(at(path), [npyOf(tensor, name)])
    await note('sample-inputs', path)
  }
  if (sample.outputs !== null) {
    await writeNpz(at('sample/outputs.npz'), storableTensors(sample.outputs))
    await note('sample-outputs', 'sample/outputs.npz')
  }
  const { model, onnx, card } = subject
  // Asked of the file itself: a run of an earlier version knew less of its header.
  const header = model.role === 'engine' ? await engineHeaderOf(at(model.file)) : null
  const metadata = metadataOf(run, card, { model: model.artifact, file: model.file, header, onnx, sampleOutputsFrom: sample.from })
  for (const { role, path, text } of runnerFiles(subject.card.backend, metadata.source.name)) {
    await writeAtomic(at(path), [Buffer.from(text)])
    await note(role, path)
  }
  await writeAtomic(at(metadataName), [Buffer.from(`${JSON.stringify(metadata, null, 2)}\n`)])
  await note('metadata', metadataName)
  document.metadata = metadata
  document.verdict = metadata.verdict
  document.findings.push(...exportFindings(metadata))
  return files
}
