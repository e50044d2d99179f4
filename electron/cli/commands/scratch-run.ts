import type { MakeDocument } from '../../../contract/documents'
import type { Recipe } from '../../../contract/recipe'
import type { Artifact } from '../../../contract/run'
import type { Core, RunHandle } from '../../core/api'
import { findingOf } from '../../core/errors'
import { withScratch } from '../../core/scratch'
import { factsOfFault, joined, type Facts } from '../exit-code'

/**
 * A run in a folder of its own that is gone afterwards: `convert` and `build` are single results of the same stages
 * that `run` goes through.
 */
export async function withScratchRun<T>(core: Core, input: { path: string; recipe: Recipe }, use: (handle: RunHandle) => Promise<T>): Promise<T> {
  return withScratch(async (folder) => {
    const handle = await core.runs.create({ ...input, folder })
    try {
      return await use(handle)
    } finally {
      await handle.close().catch(() => undefined)
    }
  })
}

/** The document with the artifacts that `place` put where the call wants them; a fault there comes on top of what the stages said. */
export async function withPlaced(made: MakeDocument, facts: Facts, place: () => Promise<Artifact[]>): Promise<{ document: MakeDocument; facts: Facts }> {
  try {
    return { document: { ...made, artifacts: await place() }, facts }
  } catch (error) {
    const finding = findingOf(error)
    return { document: { ...made, findings: [...made.findings, finding] }, facts: joined(facts, factsOfFault(finding)) }
  }
}
