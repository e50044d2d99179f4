import type { Artifact, RunFile, RunSnapshot, StageName, StageResult } from '../../../contract/run'
import { stageNames } from '../../../contract/run'
import { writeRunFile } from '../store/run-folder'
import { isActive, transition, type StageEvent } from './transition'

/** Progress may come thousands of times a second; listeners hear of it this often. */
const quietMs = 100

/** The truth about one run in memory: never changed in place, every change a higher revision, listeners told. */
export class RunState {
  private listeners = new Set<(snapshot: RunSnapshot) => void>()
  private revision = 0
  private running = false
  private copying: RunSnapshot['copying'] = null
  private timer: NodeJS.Timeout | null = null
  private saving: Promise<void> = Promise.resolve()

  constructor(
    readonly folder: string,
    private run: RunFile,
  ) {}

  get file(): RunFile {
    return this.run
  }

  snapshot(): RunSnapshot {
    return { ...this.run, folder: this.folder, revision: this.revision, running: this.running, copying: this.copying ?? null }
  }

  onChange(listener: (snapshot: RunSnapshot) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** @param soon true for what comes often (progress): listeners are told at most ten times a second */
  update(change: (run: RunFile) => RunFile, soon = false): void {
    this.run = { ...change(this.run), updatedAt: soon ? this.run.updatedAt : new Date().toISOString() }
    this.revision += 1
    if (!soon) this.tell()
    else this.timer ??= setTimeout(() => this.tell(), quietMs).unref()
  }

  setRunning(running: boolean): void {
    this.running = running
    this.revision += 1
    this.tell()
  }

  /** The copy that is being written, told at most ten times a second; null when it is done. */
  setCopying(copying: RunSnapshot['copying']): void {
    this.copying = copying
    this.update((run) => run, copying !== null && copying !== undefined)
  }

  patchStage(name: StageName, patch: Partial<StageResult>, soon = false): void {
    this.update((run) => ({ ...run, stages: { ...run.stages, [name]: { ...run.stages[name], ...patch } } }), soon)
  }

  /**
   * Moves a stage by an event of the state machine.
   * @throws Error for an event that means nothing in the stage's state: a fault of the program
   */
  move(name: StageName, event: StageEvent, patch: Partial<StageResult> = {}): void {
    const state = this.run.stages[name].state
    const next = transition(state, event)
    if (next === null) throw new Error(`Stage ${name} cannot take "${event}" while ${state}`)
    this.patchStage(name, { ...patch, state: next })
  }

  /** Every artifact that the run names now. */
  artifacts(): Artifact[] {
    return stageNames.flatMap((name) => this.run.stages[name].artifacts)
  }

  /** The stage that is at work, if any. */
  active(): StageName | null {
    return stageNames.find((name) => isActive(this.run.stages[name].state)) ?? null
  }

  /** Writes run.json; writes never overtake each other. Progress is of the moment and stays out of the file. */
  save(): Promise<void> {
    const write = (): Promise<void> => {
      const stages = Object.fromEntries(stageNames.map((name) => [name, { ...this.run.stages[name], progress: null }])) as RunFile['stages']
      return writeRunFile(this.folder, { ...this.run, stages })
    }
    this.saving = this.saving.then(write, write)
    return this.saving
  }

  private tell(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    const snapshot = this.snapshot()
    for (const listener of [...this.listeners]) listener(snapshot)
  }
}
