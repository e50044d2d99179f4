import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { devDependencies, version } from '../../package.json'
import { createNodeLauncher } from '../core/engine-host/node-launcher'
import { runCommandLine } from './command-line'
import { stopSignals, stopWhenOrphaned } from './signals'
import type { Surroundings } from './surroundings'

// The command line in a clone, on Node: out/cli/index.js. An installation calls `runCommandLine` from Electron's main process.

const here = path.dirname(fileURLToPath(import.meta.url))
const root = path.resolve(here, '..', '..')
const at = (...parts: string[]): string => path.join(root, ...parts)
const addon = at('native', 'build', 'enginesmith.node')

/** What set-up says that it put there. */
function electronOfClone(): Surroundings['window'] {
  try {
    const record = JSON.parse(fs.readFileSync(at('.electron', 'current.json'), 'utf8')) as { version?: unknown }
    return typeof record.version === 'string' ? { electron: record.version, wanted: devDependencies.electron } : null
  } catch {
    return null
  }
}

const surroundings: Surroundings = {
  argv: process.argv.slice(2),
  environment: process.env,
  cwd: process.cwd(),
  packaged: false,
  version,
  electron: null,
  window: electronOfClone(),
  installation: {
    pythonResources: at('resources', 'python'),
    addon,
    managedPython: process.platform === 'win32' ? at('.venv', 'Scripts', 'python.exe') : at('.venv', 'bin', 'python'),
    samples: at('resources', 'samples'),
  },
  launchHost: createNodeLauncher({ entry: path.join(here, 'engine-host.js'), addon }),
  stdout: process.stdout,
  stderr: process.stderr,
  app: () => {
    // A script of the clone knows its Electron and the switches that it needs here.
    const open = at('build', 'open.mjs')
    return fs.existsSync(open) && fs.existsSync(at('out', 'main', 'index.js')) ? { program: process.execPath, args: [open] } : null
  },
  onStop: (stop) => {
    const undo = [stopSignals(stop), ...(process.env['npm_lifecycle_event'] === 'cli' ? [stopWhenOrphaned(stop)] : [])]
    return () => undo.forEach((off) => off())
  },
}

// Whatever else is still open (a warm worker, a timer) must not keep the call alive: its document is written.
void runCommandLine(surroundings).then((code) => process.exit(code))
