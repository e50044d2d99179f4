import { app } from 'electron'
import type { Surroundings } from '../../cli/surroundings'
import { createUtilityLauncher } from '../host/utility-launcher'
import { verifyResources } from '../security/manifest'
import { runningElectron } from './electron-version'
import type { AppPaths } from './paths'
import { describeFault } from './log'

/**
 * `enginesmith run model.onnx` of an installation: the same command line as in a clone, in Electron's main process and
 * without a window. The launcher passes `--ozone-platform=headless`, since Chromium wants a display before we run.
 */
export async function runCliMode(argv: readonly string[], paths: AppPaths): Promise<void> {
  try {
    app.disableHardwareAcceleration()
    app.dock?.hide()
    // A utility process can be started only then.
    await app.whenReady()
    if (paths.manifest) await verifyResources(paths.manifest.file, paths.manifest.root)
    const [{ runCommandLine }, { stopSignals }] = await Promise.all([import('../../cli/command-line'), import('../../cli/signals')])
    const surroundings: Surroundings = {
      argv,
      environment: process.env,
      cwd: process.cwd(),
      packaged: app.isPackaged,
      version: app.getVersion(),
      electron: process.versions['electron'] ?? null,
      window: runningElectron(),
      installation: paths.installation,
      launchHost: createUtilityLauncher({ entry: paths.hostEntry, addon: paths.installation.addon }),
      stdout: process.stdout,
      stderr: process.stderr,
      app: () => ({ program: process.execPath, args: app.isPackaged ? [] : [app.getAppPath()] }),
      onStop: stopSignals,
    }
    app.exit(await runCommandLine(surroundings))
  } catch (error) {
    process.stderr.write(`${describeFault(error)}\n`)
    const { answerFault } = await import('../../cli/command-line')
    app.exit(await answerFault({ argv, environment: process.env, stdout: process.stdout, stderr: process.stderr }, error))
  }
}
