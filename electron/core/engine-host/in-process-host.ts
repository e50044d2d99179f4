import type { EngineHost } from '../api'
import { createMethods, dispatch } from './dispatcher'

/**
 * The engine host in this very process: for a user who set it so, and for tests of the methods. A crash in it is a crash
 * of the program; a cancelled build ends as soon as the builder's monitor hears of it.
 * @param addonPath the .node file
 */
export function createInProcessHost(addonPath: string): EngineHost {
  const methods = createMethods(addonPath)
  return {
    call: (method, params, options) =>
      dispatch(methods, method, params, {
        signal: options?.signal ?? new AbortController().signal,
        emit: (event) => options?.onEvent?.(event),
      }),
    dispose: () => Promise.resolve(),
  }
}
