import { spawn } from 'node:child_process'
import { join } from 'node:path'

const live = new Set<number>()
let watching = false

/**
 * Ends a process and everything it started. On POSIX the process must lead a group of its own (spawned `detached`);
 * on Windows the tree is found by the system's own tool.
 */
export function killTree(pid: number, platform: NodeJS.Platform = process.platform): void {
  live.delete(pid)
  if (platform === 'win32') {
    const taskkill = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'taskkill.exe')
    spawn(taskkill, ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on('error', () => undefined)
    return
  }
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended already, which is what was wanted.
  }
}

/** Remembers a process that leads a group, so that none outlives this one; a group is not ended with its parent by itself. */
export function ownTree(pid: number): void {
  live.add(pid)
  if (watching) return
  watching = true
  process.once('exit', () => {
    for (const each of live) killTree(each)
  })
}

/** Forgets a process that has ended, before its number is given to another. */
export function disownTree(pid: number): void {
  live.delete(pid)
}
