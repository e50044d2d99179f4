import type { Core, CoreOptions, PythonWorkers } from './api'
import { createBatches } from './batch/batches'
import { createLane, type Lane } from './batch/lane'
import { createEngineHost } from './engine-host'
import { readyForTensorrt } from './engines/ready'
import { backendOptions } from './engines/support'
import { describeFile } from './formats'
import type { LibraryVersions } from './formats/engine-here'
import { previewSample } from './inputs'
import { createRuns } from './pipeline/runs'
import type { StageServices } from './pipeline/stage'
import { stages } from './pipeline/stages'
import { createPythonWorkers } from './python'
import { openDurations } from './store/durations'
import { createSettingsStore } from './store/settings'
import { createToolchain } from './toolchain'
import { lookInside } from './trust/look'
import { withSecondOpinion } from './trust/second-opinion'
import { createTrustStore } from './trust/store'

/** Puts the core together: the one place where every part is named. */
export function createCore(options: CoreOptions): Core {
  const settings = createSettingsStore(options.dataFolder)
  const current = settings.current
  const host = createEngineHost({ launch: options.launchHost, addon: options.addon, mode: () => current().engineHost })
  const toolchain = createToolchain({ settings: current, host, managedPython: options.managedPython, app: options.app })
  const makePythons = (): PythonWorkers =>
    createPythonWorkers({
      userPython: () => toolchain.userPython(),
      managedPython: () => toolchain.managedPython(),
      resources: options.pythonResources,
    })
  const pythons = makePythons()
  const versions = async (): Promise<LibraryVersions> => {
    const { tensorrt, tensorrtRtx } = await toolchain.environment()
    return { tensorrt, 'tensorrt-rtx': tensorrtRtx }
  }
  const describe: Core['describeFile'] = (path, describeOptions) => describeFile(path, { ...describeOptions, host, versions })
  const trust = createTrustStore(options.dataFolder, !options.oneShot)
  const services: StageServices = {
    host,
    pythons,
    toolchain,
    trust,
    settings: current,
    describeFile: describe,
    appVersion: options.app.version,
    dataFolder: options.dataFolder,
    durations: openDurations(options.dataFolder),
  }
  const bench = (): Lane => createLane({ ...options, makePythons, services, stages })
  const runs = createRuns({ dataFolder: options.dataFolder, services, stages, oneShot: options.oneShot })
  const batches = createBatches({
    dataFolder: options.dataFolder,
    appVersion: options.app.version,
    toolchain,
    settings: current,
    trust,
    describe,
    makeLane: bench,
  })
  return {
    dataFolder: options.dataFolder,
    host,
    pythons,
    toolchain,
    runs,
    batches,
    bench,
    trust,
    secondOpinion: async (file, signal) => (await withSecondOpinion(file, pythons, signal)).file,
    lookInside: (file, signal) => lookInside(file, trust.granted(file, file.path), { pythons, project: current().project, signal }),
    describeFile: describe,
    buildOptions: (backend) => backendOptions(backend, services),
    ready: ({ file, backend, signal }) => readyForTensorrt({ file, backend }, services, signal),
    previewSample: (run, signal) => previewSample(run, { pythons, call: { signal } }),
    settings: current,
    overrideSettings: (overrides) => settings.override(overrides),
    saveSettings: (changes) => settings.save(changes),
    async dispose() {
      await batches.closeAll()
      await runs.closeAll()
      await pythons.dispose()
      await host.dispose()
    },
  }
}
