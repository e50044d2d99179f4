import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'

const limit = 1024 * 1024

export interface AppLog {
  write(text: string): void
}

/** The app's own log, `logs/main.log` in the data folder: starts, crashes, faults. One older file is kept. Never throws. */
export function createAppLog(dataFolder: string, clock: () => Date = () => new Date()): AppLog {
  const file = path.join(dataFolder, 'logs', 'main.log')
  return {
    write(text) {
      try {
        mkdirSync(path.dirname(file), { recursive: true })
        if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > limit) renameSync(file, `${file}.1`)
        appendFileSync(file, `${clock().toISOString()} ${text}\n`)
      } catch {
        // A full or read-only disk must not take the window with it.
      }
    },
  }
}

export function describeFault(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
