import type { NativeMethod } from '../../../contract/native'
import type { EngineHost, HostLauncher } from '../api'
import { ChildEngineHost } from './child-host'
import { createInProcessHost } from './in-process-host'

/**
 * The engine host as the settings have it: a child by default, because TensorRT can abort; the addon in this process
 * where the user said so. ONNX Runtime works in the child even then: it would block the event loop here. The choice is
 * made anew at each call, so that a changed setting counts at once.
 */
export function createEngineHost(options: { launch: HostLauncher; addon: string; mode: () => 'child' | 'in-process' }): EngineHost {
  const child = new ChildEngineHost(options.launch)
  let inProcess: EngineHost | null = null
  const hostFor = (method: NativeMethod): EngineHost => {
    if (options.mode() === 'child' || method.startsWith('ort.')) return child
    return (inProcess ??= createInProcessHost(options.addon))
  }
  return {
    call: (method, params, callOptions) => hostFor(method).call(method, params, callOptions),
    async dispose() {
      await child.dispose()
      await inProcess?.dispose()
    },
  }
}
