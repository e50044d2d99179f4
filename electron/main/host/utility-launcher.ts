import { utilityProcess } from 'electron'
import type { HostLauncher } from '../../core/api'

export interface UtilityLauncherOptions {
  entry: string
  addon: string
}

/**
 * Starts the engine host as a utility process of Electron, which works with the RunAsNode fuse off, where a child of
 * Node does not. Its environment is the app's, without what would change how Node starts.
 */
export function createUtilityLauncher({ entry, addon }: UtilityLauncherOptions): HostLauncher {
  return () => {
    const child = utilityProcess.fork(entry, [`--addon=${addon}`], {
      stdio: 'pipe',
      serviceName: 'Enginesmith engine host',
      env: cleanEnvironment(process.env),
    })
    let exited: { code: number | null; signal: string | null } | null = null
    const exitListeners: Array<(exit: { code: number | null; signal: string | null }) => void> = []
    child.once('exit', (code) => {
      exited = { code, signal: null }
      // Never post to it from here: a message to a process that is being torn down can take the parent with it.
      for (const listener of exitListeners) listener(exited)
    })
    return {
      get pid() {
        return child.pid
      },
      post: (message) => {
        if (!exited) child.postMessage(message)
      },
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) => {
        if (exited) listener(exited)
        else exitListeners.push(listener)
      },
      onStderr: (listener) => {
        // TensorRT prints to both by itself.
        for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer | string) => listener(chunk.toString()))
      },
      kill: () => kill(child),
    }
  }
}

/** SIGKILL where the number is known: `kill()` asks first, and a builder in the middle of a tactic does not listen. */
function kill(child: Electron.UtilityProcess): void {
  if (child.pid === undefined) {
    child.kill()
    return
  }
  try {
    process.kill(child.pid, 'SIGKILL')
  } catch {
    // It was gone already.
  }
}

export function cleanEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const dropped = new Set(['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'ELECTRON_RUN_AS_NODE'])
  return Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => (value === undefined || dropped.has(name) ? [] : [[name, value]])))
}
