import { fork } from 'node:child_process'
import type { HostLauncher } from '../api'

export interface NodeLauncherOptions {
  /** The bundled `engine-host/child` entry. */
  entry: string
  /** The native addon's .node file. */
  addon: string
}

/** Starts the engine host as a child of Node, for the command line and for tests. */
export function createNodeLauncher(options: NodeLauncherOptions): HostLauncher {
  return () => {
    const child = fork(options.entry, [`--addon=${options.addon}`], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] })
    // Errors of the channel after a kill are the exit's business.
    child.on('error', () => undefined)
    return {
      pid: child.pid,
      post: (message) => void child.send(message as object, () => undefined),
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => {
        let told = false
        const tell = (code: number | null, signal: string | null): void => {
          if (told) return
          told = true
          listener({ code, signal })
        }
        child.on('exit', tell)
        child.on('error', () => {
          if (child.pid === undefined) tell(null, null)
        })
      },
      onStderr: (listener) => {
        // TensorRT prints to both by itself.
        child.stdout?.setEncoding('utf8').on('data', listener)
        child.stderr?.setEncoding('utf8').on('data', listener)
      },
      kill: () => void child.kill('SIGKILL'),
    }
  }
}
