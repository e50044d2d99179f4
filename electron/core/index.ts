import type { Core, CoreOptions } from './api'
import { createEngineHost } from './engine-host'
import { describeFile } from './formats'
import { createRuns } from './pipeline/runs'
import type { StageServices } from './pipeline/stage'
import { stages } from './pipeline/stages'
import { createPythonWorkers } from './python'
import { openDurations } from './store/durations'
import { createSettingsStore } from './store/settings'
import { createToolchain } from './toolchain'

/** Puts the core together: the one place where every part is named. */
export function createCore(options: CoreOptions): Core {
  const settings = createSettingsStore(options.dataFolder)
  const current = settings.current
  const host = createEngineHost({ launch: options.launchHost, addon: options.addon, mode: () => current().engineHost })
  const toolchain = createToolchain({ settings: current, host, managedPython: options.managedPython, app: options.app })
  const pythons = createPythonWorkers({
    userPython: () => toolchain.userPython(),
    managedPython: () => toolchain.managedPython(),
    resources: options.pythonResources,
  })
  const describe: Core['describeFile'] = (path, describeOptions) => describeFile(path, { ...describeOptions, host })
  const services: StageServices = {
    host,
    pythons,
    toolchain,
    settings: current,
    describeFile: describe,
    appVersion: options.app.version,
    durations: openDurations(options.dataFolder),
  }
  const runs = createRuns({ dataFolder: options.dataFolder, services, stages, oneShot: options.oneShot })
  return {
    host,
    pythons,
    toolchain,
    runs,
    describeFile: describe,
    settings: current,
    overrideSettings: (overrides) => settings.override(overrides),
    saveSettings: (changes) => settings.save(changes),
    async dispose() {
      await runs.closeAll()
      await pythons.dispose()
      await host.dispose()
    },
  }
}
