import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** The middle value; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const upper = sorted[half]
  if (upper === undefined) throw new Error('a median needs at least one value')
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2
}

/** Prints one measurement and keeps it under out/bench, with what it ran on. */
export function record(name: string, values: Record<string, unknown>): void {
  const result = { name, at: new Date().toISOString(), cpu: os.cpus()[0]?.model ?? 'unknown', cores: os.cpus().length, node: process.version, ...values }
  fs.mkdirSync('out/bench', { recursive: true })
  fs.writeFileSync(path.join('out/bench', `${name}.json`), `${JSON.stringify(result, null, 2)}\n`)
  console.info(JSON.stringify(result))
}
