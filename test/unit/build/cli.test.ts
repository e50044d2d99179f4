import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../../../build/lib/paths.mjs'

/** A clone of which nothing is set up: the scripts alone. */
let clone: string
beforeAll(() => {
  clone = fs.mkdtempSync(path.join(os.tmpdir(), 'bare clone '))
  fs.cpSync(path.join(root, 'build'), path.join(clone, 'build'), { recursive: true })
  fs.copyFileSync(path.join(root, 'package.json'), path.join(clone, 'package.json'))
})
afterAll(() => {
  fs.rmSync(clone, { recursive: true, force: true })
})

const cli = (...args: string[]) => spawnSync(process.execPath, [path.join(clone, 'build', 'cli.mjs'), ...args], { encoding: 'utf8' })

describe('the command line in a clone that is not set up', () => {
  it('says so with one document and exit code 3', () => {
    const { status, stdout } = cli('doctor', '--json')
    expect(status).toBe(3)
    const document = JSON.parse(stdout) as { findings: Array<Record<string, unknown>> }
    expect(document.findings).toHaveLength(1)
    expect(document.findings[0]).toMatchObject({ code: 'SETUP_MISSING', severity: 'error', remedy: 'Run: npm run setup' })
  })

  it('keeps standard output empty without --json', () => {
    const { status, stdout, stderr } = cli('doctor')
    expect([status, stdout]).toEqual([3, ''])
    expect(stderr).toContain('npm run setup')
  })
})

describe('the command line in a clone that is set up', () => {
  /** Runs a command line whose bundle is this text. */
  const run = (name: string, bundle: string, ...args: string[]) => {
    const set = path.join(clone, name)
    fs.cpSync(path.join(clone, 'build'), path.join(set, 'build'), { recursive: true })
    fs.mkdirSync(path.join(set, 'out', 'cli'), { recursive: true })
    fs.mkdirSync(path.join(set, 'node_modules', 'onnxruntime-node'), { recursive: true })
    fs.writeFileSync(path.join(set, 'package.json'), '{"type":"module"}')
    fs.writeFileSync(path.join(set, 'node_modules', 'onnxruntime-node', 'package.json'), '{}')
    fs.writeFileSync(path.join(set, 'out', 'cli', 'index.js'), bundle)
    return spawnSync(process.execPath, [path.join(set, 'build', 'cli.mjs'), ...args], { encoding: 'utf8' })
  }

  it('is handed its arguments, and its exit code is the exit code', () => {
    const bundle = 'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 6'
    const { status, stdout, stderr } = run('set up', bundle, 'run', 'a b', '--json')
    expect([status, stdout, stderr]).toEqual([6, '["run","a b","--json"]\n', ''])
  })

  it.skipIf(process.platform === 'win32')('is handed a signal that came while it was being read', () => {
    const bundle = `
      process.kill(process.pid, 'SIGINT')
      await new Promise((resolve) => setTimeout(resolve, 100))
      process.on('SIGINT', () => { console.log('{}'); process.exit(130) })
      setTimeout(() => process.exit(1), 2000)`
    const { status, signal, stdout } = run('interrupted', bundle)
    expect([status, signal, stdout]).toEqual([130, null, '{}\n'])
  })
})
