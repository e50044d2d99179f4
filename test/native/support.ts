import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { BuildRequest, Library } from '../../contract/native'
import { loadAddon, type Addon } from '../../electron/core/engine-host/addon'
import { EnginesmithError } from '../../electron/core/errors'

export const root = resolve(import.meta.dirname, '../..')
export const addonPath = join(root, 'native/build/enginesmith.node')
export const fixture = (name: string): string => join(root, 'test/fixtures/native', name)
/** A folder with a small library that has one fault; see native/test/CMakeLists.txt. */
export const fakeFolder = (name: string): string => join(root, 'native/build/test', name)

let loaded: Addon | null = null
export const addon = (): Addon => (loaded ??= loadAddon(addonPath))

/** The exports of the .node file itself, for what the typed face does not let through. */
export const rawAddon = (): Record<string, (...values: unknown[]) => unknown> =>
  createRequire(import.meta.url)(addonPath) as Record<string, (...values: unknown[]) => unknown>

export const python = join(root, '.venv/bin/python')

/** `site-packages` of the managed environment: where the real TensorRT-RTX is. */
export function sitePackages(): string {
  const lib = join(root, '.venv/lib')
  const found = readdirSync(lib)
    .map((name) => join(lib, name, 'site-packages'))
    .find((path) => existsSync(join(path, 'tensorrt_rtx_libs')))
  if (!found) throw new Error('the managed environment has no tensorrt_rtx_libs: run `npm run setup`')
  return found
}

export async function realLibrary(): Promise<Library> {
  const found = await addon().findLibrary({ flavour: 'tensorrt-rtx', places: [{ path: sitePackages(), source: 'managed' }], system: false })
  if (!found.library) throw new Error(JSON.stringify(found.attempts))
  return found.library
}

export const cnnProfile = [{ name: 'image', min: [1, 3, 16, 16], opt: [4, 3, 16, 16], max: [8, 3, 16, 16] }]

export function buildRequest(library: Library, out: string, change: Partial<BuildRequest> = {}): BuildRequest {
  return {
    library,
    onnx: fixture('cnn.onnx'),
    out,
    targets: ['sm86'],
    profiles: [cnnProfile],
    ...change,
  }
}

/** A folder that is gone after the test file. */
export function scratch(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'enginesmith-native-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Models that are too large, or in too many pieces, to be committed. */
export function makeModels(folder: string, blocks: number): void {
  execFileSync(python, [fixture('make_models.py'), folder, String(blocks)])
}

/** The error of a promise that must reject with one of ours. */
export async function failureOf(promise: Promise<unknown>): Promise<EnginesmithError> {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  if (error instanceof EnginesmithError) return error
  throw error
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  output: string
  seconds: number
}

/** Runs one of the small programs beside the tests in a Node of its own. */
export function runProgram(name: string, values: string[], env: Record<string, string> = {}): Promise<Ended> {
  const began = performance.now()
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'programs', name), addonPath, ...values], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.on('close', (code, signal) => done({ code, signal, output, seconds: (performance.now() - began) / 1000 }))
  })
}
