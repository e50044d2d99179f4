import { createHash } from 'node:crypto'
import { copyFile, link, mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Artifact, ArtifactKind } from '../../../contract/run'
import { isMissing, writing } from '../disk'
import { EnginesmithError } from '../errors'
import { sha256File } from '../files/hash'

/** A file that a stage made in its scratch folder, and the name it gets in the run. */
export interface ProducedFile {
  kind: ArtifactKind
  path: string
  name: string
}
/** Files that must stay side by side: an ONNX file and its external data. */
export type ProducedSet = ProducedFile[]

/** A hard link where the file system has them, else a copy; the target is never half there. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await rm(to, { force: true })
  try {
    await link(from, to)
  } catch {
    const half = `${to}.part`
    await copyFile(from, half)
    await rename(half, to)
  }
}

/**
 * Takes a set into the run: `artifacts/<content id>/<name>`. The id covers all files of the set, because two ONNX files
 * can be equal byte for byte and differ in their external data alone.
 * @returns the artifacts, paths relative to the run folder with forward slashes
 */
export async function adoptSet(folder: string, set: ProducedSet, signal?: AbortSignal): Promise<Artifact[]> {
  const hashed: Array<{ file: ProducedFile; sha256: string; bytes: number }> = []
  for (const file of set) hashed.push({ file, sha256: await sha256File(file.path, signal), bytes: (await stat(file.path)).size })
  const id =
    hashed.length === 1
      ? hashed[0]!.sha256
      : createHash('sha256')
          .update(hashed.map((one) => `${one.file.name}\0${one.sha256}`).join('\0'))
          .digest('hex')
  const target = join(folder, 'artifacts', id.slice(0, 16))
  await writing(target, async () => {
    await mkdir(target, { recursive: true })
    for (const { file } of hashed) {
      const to = join(target, ...file.name.split('/'))
      await mkdir(dirname(to), { recursive: true })
      await rename(file.path, to)
    }
  })
  return hashed.map(({ file, sha256, bytes }) => ({ kind: file.kind, path: `artifacts/${id.slice(0, 16)}/${file.name}`, sha256, bytes }))
}

/** Absolute path of an artifact of a run folder. */
export function artifactPath(folder: string, artifact: Artifact): string {
  return join(folder, ...artifact.path.split('/'))
}

/** True where every file is still there with its size; content is verified where it is used. A report can be made again at any time. */
export async function artifactsArePresent(folder: string, artifacts: Artifact[]): Promise<boolean> {
  for (const artifact of artifacts) {
    if (artifact.kind === 'report') continue
    const bytes = await stat(artifactPath(folder, artifact)).then(
      (stats) => stats.size,
      (error: unknown) => (isMissing(error) ? null : Promise.reject(error)),
    )
    if (bytes !== artifact.bytes) return false
  }
  return true
}

/**
 * Holds a file to the hash that the run has of it.
 * @param found the hash, where the file was read already
 * @throws EnginesmithError FILE_CHANGED
 */
export async function needUnchanged(folder: string, artifact: Artifact, signal?: AbortSignal, found?: string): Promise<string> {
  const path = artifactPath(folder, artifact)
  const sha256 = found ?? (await sha256File(path, signal))
  if (sha256 === artifact.sha256) return sha256
  throw new EnginesmithError('FILE_CHANGED', `${path} is not the file that this run made: its content has changed.`, 'Run the stage that makes it again.', {
    path,
    expected: artifact.sha256,
    found: sha256,
  })
}

/** The artifact's own file name. */
export function artifactName(artifact: Artifact): string {
  return basename(artifact.path)
}
