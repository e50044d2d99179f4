import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import {
  artifactSchema,
  comparisonDetailSchema,
  comparisonSchema,
  stageNameSchema,
  stageResultSchema,
  verdictSchema,
  type Artifact,
  type StageName,
} from '../../../contract/run'
import { writing } from '../disk'
import { artifactPath, artifactsArePresent, linkOrCopy } from './artifacts'

/** A stage's old result as history keeps it: enough to show it and to take it back into the run. */
export const keptStageSchema = z.object({
  stage: stageNameSchema,
  result: stageResultSchema,
  card: z.json(),
  comparisons: z.array(comparisonSchema),
  details: z.array(comparisonDetailSchema),
  verdict: verdictSchema.nullable(),
})
export type KeptStage = z.infer<typeof keptStageSchema>

async function numbers(folder: string): Promise<number[]> {
  const names = await readdir(join(folder, 'history')).catch(() => [])
  return names
    .map(Number)
    .filter((number) => Number.isInteger(number) && number > 0)
    .sort((a, b) => a - b)
}

/** The next free `history/N`. */
export async function nextHistoryNumber(folder: string): Promise<number> {
  return Math.max(0, ...(await numbers(folder))) + 1
}

/**
 * Keeps a result under `history/N/<stage>.json`, its files beside it. Files are linked first and only forgotten in their
 * old place once run.json no longer names them, so that a kill in between loses nothing.
 * @returns the artifacts with their new paths
 */
export async function keepStage(folder: string, number: number, kept: KeptStage): Promise<Artifact[]> {
  const target = join(folder, 'history', String(number))
  return writing(target, async () => {
    await mkdir(target, { recursive: true })
    const artifacts: Artifact[] = []
    for (const artifact of kept.result.artifacts) {
      const path = artifact.path.startsWith('history/') ? artifact.path : `history/${number}/${artifact.path}`
      if (path !== artifact.path) await linkOrCopy(artifactPath(folder, artifact), join(folder, ...path.split('/')))
      artifacts.push(artifactSchema.parse({ ...artifact, path }))
    }
    const text = JSON.stringify({ ...kept, result: { ...kept.result, artifacts } }, null, 2)
    await writeFileAtomic(join(target, `${kept.stage}.json`), `${text}\n`)
    return artifacts
  })
}

/** Every old result of a stage that history keeps, newest folder first. */
export async function listKept(folder: string, stage: StageName): Promise<KeptStage[]> {
  const kept: KeptStage[] = []
  for (const number of (await numbers(folder)).reverse()) {
    const text = await readFile(join(folder, 'history', String(number), `${stage}.json`), 'utf8').catch(() => null)
    const parsed = text === null ? null : keptStageSchema.safeParse(parseJson(text))
    if (parsed?.success === true) kept.push(parsed.data)
  }
  return kept
}

/** An old result with this key whose files are all there, newest first; null where there is none. */
export async function findKept(folder: string, stage: StageName, key: string): Promise<KeptStage | null> {
  for (const kept of await listKept(folder, stage)) {
    if (kept.result.key === key && (await artifactsArePresent(folder, kept.result.artifacts))) return kept
  }
  return null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Removes every file under artifacts/ that nothing in `inUse` names. */
export async function sweepArtifacts(folder: string, inUse: Artifact[]): Promise<void> {
  const used = new Set(inUse.map((artifact) => artifact.path.split('/')[1]))
  const root = join(folder, 'artifacts')
  for (const name of await readdir(root).catch(() => [])) {
    if (!used.has(name)) await rm(join(root, name), { recursive: true, force: true }).catch(() => undefined)
  }
}
