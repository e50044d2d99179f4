import type { EngineHost, HostLauncher } from '../api'
import { ChildEngineHost } from './child-host'
import { createInProcessHost } from './in-process-host'

/**
 * The engine host as the settings have it: a child by default, because TensorRT can abort; in this process where the
 * user said so. The choice is made anew at each call, so that a changed setting counts at once.
 */
export function createEngineHost(options: { launch: HostLauncher; addon: string; mode: () => 'child' | 'in-process' }): EngineHost {
  const child = new ChildEngineHost(options.launch)
  let inProcess: EngineHost | null = null
  const current = (): EngineHost => {
    if (options.mode() === 'child') return child
    return (inProcess ??= createInProcessHost(options.addon))
  }
  return {
    call: (method, params, callOptions) => current().call(method, params, callOptions),
    async dispose() {
      await child.dispose()
      await inProcess?.dispose()
    },
  }
}
