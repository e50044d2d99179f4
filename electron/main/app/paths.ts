import path from 'node:path'
import type { Installation } from '../../cli/surroundings'

/** Where the parts of the app lie: the one place that knows a clone from an installation. */
export interface AppPaths {
  renderer: string
  preload: string
  /** Entry of the engine host's utility process. */
  hostEntry: string
  icon: string
  /** SHA-256 of what lies beside the asar, and the folder that it is relative to; null in a clone, whose files are the person's own. */
  manifest: { file: string; root: string } | null
  installation: Installation
}

export interface PathFacts {
  packaged: boolean
  /** The asar, or the clone's root. */
  appPath: string
  /** Beside the asar; in a clone Electron's own folder, which holds nothing of ours. */
  resourcesPath: string
  dataFolder: string
  platform: NodeJS.Platform
}

export function resolvePaths({ packaged, appPath, resourcesPath, dataFolder, platform }: PathFacts): AppPaths {
  const resources = packaged ? resourcesPath : path.join(appPath, 'resources')
  const environment = packaged ? path.join(dataFolder, 'python') : path.join(appPath, '.venv')
  return {
    renderer: path.join(appPath, 'out', 'renderer'),
    preload: path.join(appPath, 'out', 'preload', 'index.cjs'),
    hostEntry: path.join(appPath, 'out', 'main', 'engine-host.js'),
    icon: path.join(resources, 'icons', 'icon.png'),
    manifest: packaged ? { file: path.join(appPath, 'manifest.json'), root: resourcesPath } : null,
    installation: {
      pythonResources: path.join(resources, 'python'),
      addon: packaged ? path.join(resourcesPath, 'native', 'enginesmith.node') : path.join(appPath, 'native', 'build', 'enginesmith.node'),
      managedPython: platform === 'win32' ? path.join(environment, 'Scripts', 'python.exe') : path.join(environment, 'bin', 'python'),
      samples: path.join(resources, 'samples'),
    },
  }
}
