import type { HostLauncher } from '../core/api'

/** Where the parts of an installation lie. */
export interface Installation {
  /** Folder that holds `enginesmith_worker`. */
  pythonResources: string
  /** The native addon's .node file. */
  addon: string
  /** The managed environment's interpreter, or where it would be. */
  managedPython: string
  samples: string
}

/**
 * Everything that the command line takes from the process it runs in, so that the same code serves Node in the clone
 * and Electron without a display in an installation.
 */
export interface Surroundings {
  /** Arguments after the program's own name. */
  argv: readonly string[]
  environment: Readonly<Record<string, string | undefined>>
  cwd: string
  /** True in an installation: `INIT_CWD` is then some other program's. */
  packaged: boolean
  version: string
  electron: string | null
  /** The Electron that opens windows here and the one that the program is made for; null where none is set up. */
  window?: { electron: string; wanted: string } | null
  installation: Installation
  launchHost: HostLauncher
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
  /** The program and arguments that start the app with a window; null where it is not set up. */
  app: () => { program: string; args: string[] } | null
  /** Calls `stop` for every SIGINT, SIGTERM and SIGHUP; the returned function takes the listener away. */
  onStop: (stop: () => void) => () => void
}
