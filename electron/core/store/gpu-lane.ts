import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EngineHost } from '../api'
import { throwIfCancelled } from '../cancelled'
import { makeFolder, writing } from '../disk'
import { tryLock, type FolderLock, type LockOwner } from './lock'

/** What may have a GPU to itself. */
export type GpuWork = 'build' | 'time'

export interface GpuLaneRequest {
  host: EngineHost
  /** Shared by the window and the command line, so that they share the lanes. */
  dataFolder: string
  /** Null: the first. */
  device: number | null
  work: GpuWork
  signal: AbortSignal
  /** Called again and again while another process, or this one, has the GPU. `phase` is a sentence, `detail` names the process alone. */
  onWait(wait: { phase: string; detail: string }): void
  /** The lane cannot be kept here, and why; the work is done all the same. */
  onUnguarded(reason: string): void
}

const pollMs = 200

/**
 * One build or measurement on a GPU at a time, over all processes of this user: two would spoil each other's timings.
 * A process that died leaves nothing locked.
 * @returns the lane, to be released; null where there is no such GPU or the data folder cannot be written
 * @throws EnginesmithError CANCELLED while it waits
 */
export async function takeGpuLane({ host, dataFolder, device, work, signal, onWait, onUnguarded }: GpuLaneRequest): Promise<FolderLock | null> {
  const { devices } = await host.call('cuda.devices', {}, { signal })
  const gpu = devices[device ?? 0]
  if (gpu === undefined) return null
  const folder = join(dataFolder, 'gpu-lanes')
  const path = join(folder, `${gpuName(gpu)}.lock`)
  try {
    await writing(folder, () => makeFolder(folder))
    return await enter(path, work, signal, onWait)
  } catch (error) {
    if (signal.aborted) throw error
    onUnguarded(`Another process may use the GPU at the same time: ${error instanceof Error ? error.message : String(error)}`)
    return null
  }
}

/** Does the work with the GPU to itself. */
export async function withGpuLane<T>(request: GpuLaneRequest, work: () => Promise<T>): Promise<T> {
  const lane = await takeGpuLane(request)
  try {
    return await work()
  } finally {
    await lane?.release()
  }
}

async function enter(path: string, work: GpuWork, signal: AbortSignal, onWait: GpuLaneRequest['onWait']): Promise<FolderLock> {
  for (;;) {
    throwIfCancelled(signal)
    const taken = await writing(path, () => tryLock(path, work))
    if (taken.lock !== null) return taken.lock
    onWait({ phase: phaseOf(taken.owner), detail: taken.owner === null ? '' : `PID ${taken.owner.pid}` })
    await sleep(pollMs, undefined, { signal }).catch(() => undefined)
  }
}

/** The GPU's own name, which is the same whatever a process sees of it; else its place in the list. */
function gpuName({ index, uuid }: { index: number; uuid?: string | null }): string {
  return uuid == null ? `gpu-${index}` : uuid.replaceAll(/[^\w-]/g, '_')
}

const waiting = 'Waiting for the GPU'

function phaseOf(owner: LockOwner | null): string {
  return owner === null ? waiting : `${waiting} (process ${owner.pid} is ${owner.work === 'time' ? 'timing an engine' : 'building'})`
}

/** True of a phase in which nothing is done but to wait for the GPU. */
export const isGpuWait = (phase: string | undefined): boolean => phase?.startsWith(waiting) === true
