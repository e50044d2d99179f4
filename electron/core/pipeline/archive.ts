import { z } from 'zod'
import type { Finding } from '../../../contract/finding'
import type { Artifact, RunFile, StageName } from '../../../contract/run'
import { cardsSchema, convertHops, stageNames } from '../../../contract/run'
import { artifactPath, artifactsArePresent, linkOrCopy, needUnchanged } from '../store/artifacts'
import { readDetails, writeDetails } from '../store/details'
import { findKept, keepStage, nextHistoryNumber, sweepArtifacts, type KeptStage } from '../store/history'
import type { RunState } from './run-state'
import { shipped } from './shipped'
import { emptyResult } from './stage'
import { isDone } from './transition'

function isUntouched({ stages, cards }: RunFile, name: StageName): boolean {
  const { state, key, artifacts, findings } = stages[name]
  return state === 'pending' && key === null && artifacts.length === 0 && findings.length === 0 && cards[name] === null
}

/** Moves results between the run and its history; one `history/N` for each execution that replaces something. */
export class Archive {
  private number: number | null = null

  constructor(private readonly state: RunState) {}

  /** Keeps every finished result from `first` on under `history/N/` and makes those stages pending. */
  async setAside(first: StageName): Promise<void> {
    const { folder, file } = this.state
    // Nothing was ever made from here on: a first run has nothing to keep, and nothing to write for it.
    if (stageNames.slice(stageNames.indexOf(first)).every((name) => isUntouched(file, name))) return
    const details = await readDetails(folder)
    for (const name of stageNames.slice(stageNames.indexOf(first))) {
      const result = file.stages[name]
      const mine = file.comparisons.filter((row) => name === 'validate' || (name === 'convert' && convertHops.has(row.hop)))
      const known = result.key === null ? null : await findKept(folder, name, result.key)
      if (isDone(result.state) && known === null) {
        this.number ??= await nextHistoryNumber(folder)
        await keepStage(folder, this.number, {
          stage: name,
          result: { ...result, progress: null },
          card: z.json().parse(file.cards[name]),
          comparisons: name === 'convert' || name === 'validate' ? mine : [],
          details: details.filter((detail) => mine.some((row) => row.hop === detail.hop && row.output === detail.output)),
          verdict: name === 'validate' ? file.verdict : null,
        })
      }
      this.clear(name)
    }
    await writeDetails(
      folder,
      details.filter((detail) => this.state.file.comparisons.some((row) => row.hop === detail.hop && row.output === detail.output)),
    )
    await this.state.save()
    await sweepArtifacts(folder, this.state.artifacts())
  }

  /** True where a result with this key is current or could be taken back from history; the stage is `cached` then. */
  async reuse(name: StageName, key: string, seconds: () => number): Promise<boolean> {
    const { folder } = this.state
    const current = this.state.file.stages[name]
    const isCurrent = isDone(current.state) && current.key === key && (await artifactsArePresent(folder, current.artifacts))
    const kept = isCurrent ? null : await findKept(folder, name, key)
    if (!isCurrent && kept === null) return false
    // A verdict is about one file: about another it is not told again, and judging that one says what happened to it.
    if (name === 'validate' && !(await this.isAsMade(shipped(this.state.file)))) return false
    if (kept === null) this.state.move(name, 'reuse', { seconds: seconds(), cached: true, stale: false, progress: null })
    else await this.restore(kept, seconds())
    return true
  }

  /** Makes a kept result the current one; what was current goes to history. `findings` come on top of its own. */
  async restore(kept: KeptStage, seconds: number, findings: Finding[] = []): Promise<void> {
    const { folder } = this.state
    const name = kept.stage
    // Another number than that of this execution: under one number a stage has one result.
    this.number = null
    await this.setAside(name)
    const artifacts = []
    for (const artifact of kept.result.artifacts) {
      const path = artifact.path.replace(/^history\/\d+\//, '')
      if (path !== artifact.path) await linkOrCopy(artifactPath(folder, artifact), artifactPath(folder, { ...artifact, path }))
      artifacts.push({ ...artifact, path })
    }
    if (kept.comparisons.length > 0) await writeDetails(folder, kept.details)
    this.state.update((run) => ({
      ...run,
      cards: cardsSchema.parse({ ...run.cards, [name]: kept.card }),
      comparisons: kept.comparisons.length > 0 ? kept.comparisons : run.comparisons,
      verdict: name === 'validate' ? kept.verdict : run.verdict,
    }))
    const all = [...kept.result.findings, ...findings]
    this.state.move(name, 'reuse', { ...kept.result, artifacts, findings: all, seconds, cached: true, stale: false, progress: null })
  }

  private async isAsMade(artifact: Artifact | null): Promise<boolean> {
    // A file that cannot be read is not the one that was judged either; the stage itself says why.
    return (
      artifact === null ||
      needUnchanged(this.state.folder, artifact).then(
        () => true,
        () => false,
      )
    )
  }

  private clear(name: StageName): void {
    this.state.update((run) => ({
      ...run,
      stages: { ...run.stages, [name]: emptyResult() },
      cards: { ...run.cards, [name]: null },
      verdict: null,
      comparisons: name === 'convert' ? [] : run.comparisons.filter((row) => name !== 'validate' || convertHops.has(row.hop)),
    }))
  }
}
