import { existsSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { external } from '../../../build/bundles.mjs'

const root = join(import.meta.dirname, '..', '..', '..')

/** The native addon as set-up compiles it. */
export const addon = join(root, 'native', 'build', 'enginesmith.node')
export const hasAddon = existsSync(addon)

let entry: Promise<string> | null = null

/** Bundles the engine host's entry once a test process, into a folder of its own. */
export function hostEntry(): Promise<string> {
  entry ??= bundle()
  return entry
}

async function bundle(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'enginesmith-host-'))
  await build({
    configFile: false,
    root,
    logLevel: 'silent',
    ssr: { noExternal: true, external },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        external,
        input: { 'engine-host': join(root, 'electron/core/engine-host/child.ts') },
        output: { format: 'es', entryFileNames: '[name].mjs' },
      },
    },
  })
  // onnxruntime-node is found from the bundle's place, as it is in the clone.
  symlinkSync(join(root, 'node_modules'), join(outDir, 'node_modules'))
  return join(outDir, 'engine-host.mjs')
}
