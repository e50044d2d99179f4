import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bundleProgram } from '../../fixtures/bundle'

let program = ''
let folder = ''
let log = ''
let started: ChildProcess[] = []
beforeAll(async () => {
  program = await bundleProgram('holder', 'test/fixtures/lane/holder.ts')
})
afterAll(() => fs.rmSync(path.dirname(program), { recursive: true, force: true }))
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'enginesmith-lane-'))
  log = path.join(folder, 'log')
  started = []
})
afterEach(() => {
  for (const child of started) child.kill('SIGKILL')
  fs.rmSync(folder, { recursive: true, force: true })
})

function hold(gpu: string, times: number, ms: number): ChildProcess {
  const child = spawn(process.execPath, [program, path.join(folder, 'data'), gpu, String(times), String(ms), log], { stdio: 'inherit' })
  started.push(child)
  return child
}
const lines = (): string[] => (fs.existsSync(log) ? fs.readFileSync(log, 'utf8').split('\n').filter(Boolean) : [])
async function until(true_: () => boolean): Promise<void> {
  for (const begin = Date.now(); !true_(); await sleep(20)) if (Date.now() - begin > 20_000) throw new Error(`it did not come to it: ${lines().join(', ')}`)
}

describe('the lane of a GPU', () => {
  it('has one process in it at a time, and each in the end', async () => {
    const children = [1, 2, 3, 4].map(() => hold('GPU-a', 3, 30))
    await Promise.all(children.map((child) => once(child, 'exit')))
    const told = lines()
    expect(told).toHaveLength(24)
    for (let n = 0; n < told.length; n += 2) {
      const pid = told[n]?.split(' ')[1] ?? ''
      expect(told.slice(n, n + 2)).toEqual([`in ${pid}`, `out ${pid}`])
    }
    expect(new Set(told).size).toBe(8)
    expect(fs.readdirSync(path.join(folder, 'data', 'gpu-lanes'))).toEqual([])
  })

  it('is free again when its holder is killed, and one of another GPU never was taken', async () => {
    const first = hold('GPU-a', 1, 600_000)
    await until(() => lines().length === 1)
    const second = hold('GPU-a', 1, 0)
    const other = hold('GPU-b', 1, 0)
    await once(other, 'exit')
    await sleep(500)
    expect(lines()).toEqual([`in ${first.pid}`, `in ${other.pid}`, `out ${other.pid}`])
    first.kill('SIGKILL')
    await once(second, 'exit')
    expect(lines().slice(3)).toEqual([`in ${second.pid}`, `out ${second.pid}`])
  })
})
