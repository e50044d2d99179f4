import type { StageGate, Turn } from '../api'
import { EnginesmithError } from '../errors'
import { stageNames, type Artifact, type LogLine, type StageName } from '../../../contract/run'
import type { Finding } from '../../../contract/finding'
import { needSpace } from '../disk'
import { adoptSet } from '../store/artifacts'
import { writeDetails } from '../store/details'
import { takeGpuLane } from '../store/gpu-lane'
import type { FolderLock } from '../store/lock'
import { makeScratch, removeScratch } from '../store/run-folder'
import { environmentFinding } from '../toolchain'
import { Archive } from './archive'
import { outcomeOf } from './outcome'
import { makeProgress } from './progress'
import type { RunState } from './run-state'
import type { PreparedStage, Stage, StageContext, StageOutput, StageProgress, StageServices } from './stage'
import { keepSettled, nameSubject } from './settled'
import { makeContext } from './stage-context'
import { stageInputs } from './stage-inputs'
import { stageKey, subjectKey } from './stage-key'

export type StageTable = { [N in StageName]: Stage<N> }

/** Below this a run folder cannot even be kept in order. */
const leastFreeBytes = 16 * 1024 * 1024
const tickMs = 500

export interface RunnerOptions {
  state: RunState
  stages: StageTable
  services: StageServices
  controller: AbortController
  log: (line: LogLine) => void
  /** Awaited before the first stage; what it throws is that stage's failure. */
  ready: () => Promise<void>
  /** Asked before a stage does work, not where it is reused: waits for its turn, and hands back how to end it. */
  gate?: StageGate
}

/** Carries a run through its stages: reuse by key, one stage after the other, each ending in a state and findings. */
export class Runner {
  private readonly archive: Archive

  constructor(private readonly options: RunnerOptions) {
    this.archive = new Archive(options.state)
  }

  /** @param only just `upTo`, on the results that are there */
  async run(upTo: StageName, only: boolean): Promise<void> {
    const names = only ? [upTo] : stageNames.slice(0, stageNames.indexOf(upTo) + 1)
    for (const name of names) {
      if (this.signal.aborted || !(await this.runOne(name, only))) return
    }
  }

  private get signal(): AbortSignal {
    return this.options.controller.signal
  }

  private async runOne(name: StageName, only: boolean): Promise<boolean> {
    const { state, services } = this.options
    const clock = stopwatch()
    const { seconds } = clock
    let turn: Turn | null = null
    let prepared: PreparedStage
    let key: string
    try {
      await this.options.ready()
      prepared = await this.options.stages[name].prepare(stageInputs(state, only), services, this.signal)
      key = stageKey(prepared.key)
      if (name === 'validate') nameSubject(state, subjectKey(prepared.key), only)
      if (await this.archive.reuse(name, key, seconds)) {
        if (name === 'validate') await keepSettled(state, this.archive, seconds())
        await state.save()
        return true
      }
      await this.archive.setAside(name)
      if (this.options.gate !== undefined) {
        turn = await this.options.gate(name, this.signal)
        clock.restart()
        state.patchStage(name, { startedAt: new Date().toISOString(), progress: null })
      }
    } catch (error) {
      await this.archive.setAside(name).catch(() => undefined)
      state.move(name, 'start', { startedAt: new Date().toISOString(), seconds: 0 })
      await this.end(name, error, seconds(), [])
      return false
    }
    try {
      return await this.perform(name, prepared, key, clock, turn?.device ?? null)
    } finally {
      turn?.leave()
    }
  }

  private async perform(name: StageName, prepared: PreparedStage, key: string, clock: Stopwatch, device: number | null): Promise<boolean> {
    const { state, services } = this.options
    const { seconds } = clock
    const findings: Finding[] = []
    let lane: FolderLock | null = null
    const report = (finding: Finding): void => {
      findings.push(finding)
      state.patchStage(name, { findings: [...findings] })
    }
    const pulse = this.makePulse(name, services.durations.get(prepared.durationName), seconds)
    try {
      state.move(name, 'start', { startedAt: new Date().toISOString(), seconds: 0, cached: false, key, findings: [], artifacts: [] })
      await state.save()
      await needSpace(state.folder, leastFreeBytes, `The ${name} stage`)
      const elsewhere = await this.elsewhere(name)
      if (elsewhere !== null) report(elsewhere)
      if (prepared.onGpu !== undefined) {
        lane = await this.enterLane(prepared.onGpu.device ?? device, pulse)
        clock.restart()
      }
      const scratch = await makeScratch(state.folder, name)
      const output = await prepared.run(this.context(scratch, pulse, report, device))
      await this.take(name, output, seconds(), findings)
      if (name === 'validate') await keepSettled(state, this.archive, seconds())
      services.durations.set(prepared.durationName, seconds())
      return true
    } catch (error) {
      await this.end(name, error, seconds(), findings)
      return false
    } finally {
      pulse.stop()
      await lane?.release()
      await removeScratch(state.folder)
    }
  }

  /** Files enter the run by rename, then run.json names them: a kill in between leaves files that nothing names. */
  private async take(name: StageName, output: StageOutput, seconds: number, findings: Finding[]): Promise<void> {
    const { state } = this.options
    const artifacts: Artifact[] = []
    for (const set of output.produced) artifacts.push(...(await adoptSet(state.folder, set, this.signal)))
    if (output.comparisons !== undefined) await writeDetails(state.folder, output.details ?? [])
    state.update((run) => ({
      ...run,
      cards: { ...run.cards, [name]: output.card },
      comparisons: output.comparisons ?? run.comparisons,
      verdict: output.verdict ?? run.verdict,
    }))
    state.move(name, 'complete', { seconds, artifacts, findings, progress: null, stale: false })
    await state.save()
  }

  private async end(name: StageName, error: unknown, seconds: number, findings: Finding[]): Promise<void> {
    const { state, log } = this.options
    const outcome = outcomeOf(error, this.signal)
    log({ at: Date.now(), level: 'error', source: name, text: outcome.finding.message })
    if (outcome.finding.code === 'INTERNAL' && error instanceof Error && error.stack !== undefined) {
      log({ at: Date.now(), level: 'verbose', source: name, text: error.stack })
    }
    state.move(name, outcome.event, { seconds, progress: null, findings: [...findings, outcome.finding] })
    // Where the disk itself is the trouble the run lives on in memory, with its finding.
    await state.save().catch((fault: unknown) => log({ at: Date.now(), level: 'error', source: 'run', text: `run.json was not written: ${String(fault)}` }))
  }

  /** A finding that names what differs where a result of another environment is built upon here. */
  private async elsewhere(name: StageName): Promise<Finding | null> {
    const { state, services } = this.options
    const here = await services.toolchain.environment()
    const before = state.file.environment
    const reusing = stageNames
      .slice(0, stageNames.indexOf(name))
      .some((one) => state.file.stages[one].state === 'cached' || state.file.stages[one].state === 'completed')
    if (!reusing) state.update((run) => ({ ...run, environment: here }))
    return reusing ? environmentFinding(before, here, 'What this stage builds upon') : null
  }

  /** Waits for the GPU while another process has it, and says so. */
  private enterLane(device: number | null, pulse: Pulse): Promise<FolderLock | null> {
    const { services, log } = this.options
    return takeGpuLane({
      ...services,
      device,
      work: 'build',
      signal: this.signal,
      onWait: ({ phase }) => pulse.progress({ phase, fraction: null }),
      onUnguarded: (text) => log({ at: Date.now(), level: 'warning', source: 'run', text }),
    })
  }

  private context(scratch: string, pulse: Pulse, report: (finding: Finding) => void, device: number | null): StageContext {
    const { services, log } = this.options
    return makeContext({
      services,
      signal: this.signal,
      scratch,
      device,
      progress: (event) => pulse.progress(event),
      report,
      log: (line) => {
        pulse.alive()
        log(line)
      },
    })
  }

  /** Progress with its times, a clock that goes on between the signs of life, and the limit on silence. */
  private makePulse(name: StageName, before: number | null, seconds: () => number): Pulse {
    const { state, services, controller } = this.options
    const limitMs = services.settings().stageTimeoutMinutes * 60_000
    let last: StageProgress = { phase: name, fraction: null }
    let lastSign = performance.now()
    const tell = (): void => state.patchStage(name, { progress: makeProgress(last, seconds(), before), seconds: seconds() }, true)
    const timer = setInterval(() => {
      tell()
      if (performance.now() - lastSign < limitMs) return
      controller.abort(
        new EnginesmithError(
          'STAGE_TIMEOUT',
          `The ${name} stage gave no sign of life for ${services.settings().stageTimeoutMinutes} minutes and was ended.`,
          'Raise the limit in the settings where the work really takes that long, or run it again.',
          { stage: name, phase: last.phase },
        ),
      )
    }, tickMs)
    timer.unref()
    return {
      alive: () => {
        lastSign = performance.now()
      },
      progress: (event) => {
        last = event
        lastSign = performance.now()
        tell()
      },
      stop: () => clearInterval(timer),
    }
  }
}

/** Seconds since the work began; waiting is none. */
interface Stopwatch {
  seconds(): number
  restart(): void
}

function stopwatch(): Stopwatch {
  let begin = performance.now()
  return {
    seconds: () => Math.round(performance.now() - begin) / 1000,
    restart: () => {
      begin = performance.now()
    },
  }
}

interface Pulse {
  alive(): void
  progress(event: StageProgress): void
  stop(): void
}
