import type { Core } from '../../core/api'
import { verifyResources } from '../security/manifest'
import { createUtilityLauncher } from '../host/utility-launcher'
import { runningElectron } from './electron-version'
import type { AppPaths } from './paths'

export interface CoreFacts {
  paths: AppPaths
  dataFolder: string
  version: string
}

/** The core, made at the first call and once: its code is a bundle of its own, loaded while the window paints. */
export function lazyCore({ paths, dataFolder, version }: CoreFacts): { get: () => Promise<Core>; made: () => Core | null } {
  let promise: Promise<Core> | null = null
  let made: Core | null = null
  const make = async (): Promise<Core> => {
    // Before anything beside the asar is loaded or started.
    if (paths.manifest) await verifyResources(paths.manifest.file, paths.manifest.root)
    const { createCore } = await import('../../core/index')
    const core = createCore({
      dataFolder,
      ...paths.installation,
      app: { version, electron: process.versions['electron'] ?? null, window: runningElectron() },
      launchHost: createUtilityLauncher({ entry: paths.hostEntry, addon: paths.installation.addon }),
      oneShot: false,
    })
    made = core
    return core
  }
  return { get: () => (promise ??= make()), made: () => made }
}
