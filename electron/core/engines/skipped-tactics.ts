import type { Finding } from '../../../contract/finding'
import { makeFinding } from '../errors'

const gigabyte = 1e9
const mebibyte = 1 << 20

/** What the builder's warnings say of tactics that it could not try. */
export interface SkippedTactics {
  /** Skipped for want of memory. */
  memory: number
  /** Skipped for another reason. */
  other: number
  /** Bytes of the largest that did not fit; null where no line says. */
  largest: number | null
  /** The least memory that was free then, in bytes. */
  free: number | null
}

/**
 * Adds up TensorRT's own lines: `Skipping tactic 3 due to insufficient memory on requested size of N`. N is in bytes
 * behind `UNSUPPORTED_STATE`, as 10 writes it; lines without it (`insuficient` in 8) mean MiB. A line `Tactic Device request: 1000MB Available: 302MB` and one
 * `Requested amount of GPU memory (N bytes)` go with it.
 */
export function readSkipped(warnings: readonly string[]): SkippedTactics {
  const skipped: SkippedTactics = { memory: 0, other: 0, largest: null, free: null }
  const need = (bytes: number): void => void (skipped.largest = Math.max(skipped.largest ?? 0, bytes))
  let alone = 0
  for (const line of warnings) {
    if (/skipping tactic/i.test(line)) {
      const size = /insuff?icient memory on requested size of (\d+)/i.exec(line)
      if (size === null) skipped.other += 1
      else {
        skipped.memory += 1
        need(Number(size[1]) * (line.includes('UNSUPPORTED_STATE') ? 1 : mebibyte))
      }
    }
    const request = /Tactic Device request: (\d+)MB Available: (\d+)MB/i.exec(line)
    if (request !== null) {
      alone += 1
      need(Number(request[1]) * mebibyte)
      skipped.free = Math.min(skipped.free ?? Infinity, Number(request[2]) * mebibyte)
    }
    const amount = /Requested (?:amount of GPU memory \(|size was )(\d+) bytes/i.exec(line)
    if (amount !== null) need(Number(amount[1]))
  }
  if (skipped.memory + skipped.other === 0) skipped.memory = alone
  return skipped
}

/**
 * One finding for all of them; null where none was skipped.
 * @param workspace MiB that the build was limited to; null: all there is
 */
export function skippedFinding(warnings: readonly string[], workspace: number | null): Finding | null {
  const { memory, other, largest, free } = readSkipped(warnings)
  if (memory + other === 0) return null
  const gb = (bytes: number): string => (bytes / gigabyte).toFixed(bytes < gigabyte ? 2 : 1)
  const needs = largest === null ? '' : `, the largest needs ${gb(largest)} GB${free === null ? '' : ` (${gb(free)} GB were free)`}`
  const said = memory > 0 ? `${plural(memory)} skipped for want of GPU memory${needs}` : `${plural(other)} skipped by the builder`
  return makeFinding(
    'TACTICS_SKIPPED',
    'warning',
    `${said}${memory > 0 && other > 0 ? `; ${other} more for other reasons` : ''}: the engine may be slower than it could be.`,
    remedyOf(memory, workspace),
    {
      skipped: memory + other,
      memory,
      other,
      largestBytes: largest,
      largestGB: largest === null ? null : gb(largest),
      freeBytes: free,
      ...(workspace === null ? {} : { workspaceMiB: workspace }),
    },
  )
}

function remedyOf(memory: number, workspace: number | null): string {
  if (memory === 0) return 'Look at the log for the reasons; the engine itself is whole.'
  const larger = workspace === null ? '' : `Give more than the ${workspace} MiB that the workspace was limited to. `
  return `${larger}Close what else uses the GPU, use smaller maximum shapes, or build on a GPU with more memory.`
}

const plural = (count: number): string => (count === 1 ? '1 tactic was' : `${count} tactics were`)
