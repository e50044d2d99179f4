import { readFile } from 'node:fs/promises'
import type { Bench, HostLauncher, PythonWorkers } from '../api'
import { createEngineHost } from '../engine-host'
import { createRuns } from '../pipeline/runs'
import type { StageTable } from '../pipeline/runner'
import type { StageServices } from '../pipeline/stage'

/**
 * An engine host and Python workers of their own, warm from row to row: a model that kills its process takes no other
 * row's work with it.
 */
export interface Lane extends Bench {
  /** Processes of this lane that are alive. */
  pids(): number[]
  /** True once a row needed Python here: such a lane is taken again before another one starts its own. */
  warmPython(): boolean
}

export interface LaneOptions {
  dataFolder: string
  launchHost: HostLauncher
  addon: string
  makePythons: () => PythonWorkers
  services: StageServices
  stages: StageTable
}

export function createLane({ dataFolder, launchHost, addon, makePythons, services, stages }: LaneOptions): Lane {
  let hostPid: number | undefined
  const launch: HostLauncher = () => {
    const process = launchHost()
    hostPid = process.pid
    process.onExit(() => {
      if (hostPid === process.pid) hostPid = undefined
    })
    return process
  }
  const host = createEngineHost({ launch, addon, mode: () => 'child' })
  const pythons = makePythons()
  const runs = createRuns({ dataFolder, services: { ...services, host, pythons }, stages, oneShot: true })
  return {
    host,
    runs,
    pids: () => [...(hostPid === undefined ? [] : [hostPid]), ...pythons.pids()],
    warmPython: () => pythons.pids().length > 0,
    async dispose() {
      await runs.closeAll()
      await Promise.all([pythons.dispose(), host.dispose()])
    },
  }
}

const sampleMs = 200

/** The most memory that a lane's processes have together, in MiB, while a row is at work; null where the system does not tell. */
export function watchMemory(lane: Lane): { stop(): number | null } {
  let peak: number | null = null
  const look = async (): Promise<void> => {
    let sum = 0
    for (const pid of lane.pids()) sum += (await residentMiB(pid)) ?? Number.NaN
    if (sum > 0) peak = Math.max(peak ?? 0, sum)
  }
  const timer = setInterval(() => void look(), sampleMs)
  timer.unref()
  void look()
  return {
    stop() {
      clearInterval(timer)
      return peak === null ? null : Math.round(peak)
    },
  }
}

/** Resident memory of a process, MiB; null on systems without /proc and for one that has ended. */
export async function residentMiB(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null)
  const match = text === null ? null : /^VmRSS:\s+(\d+) kB/m.exec(text)
  return match === null ? null : Number(match[1]) / 1024
}
