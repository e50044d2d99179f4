import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { bundleProgram } from '../../fixtures/bundle'

const root = join(import.meta.dirname, '..', '..', '..')

/** The native addon as set-up compiles it. */
export const addon = join(root, 'native', 'build', 'enginesmith.node')
export const hasAddon = existsSync(addon)

let entry: Promise<string> | null = null

/** Bundles the engine host's entry once a test process, into a folder of its own. */
export function hostEntry(): Promise<string> {
  entry ??= bundleProgram('engine-host', 'electron/core/engine-host/child.ts')
  return entry
}
