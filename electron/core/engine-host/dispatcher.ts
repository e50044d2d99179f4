import type { z } from 'zod'
import { nativeMethods, type NativeMethod, type NativeMethods, type NativeResult } from '../../../contract/native'
import type { HostEvent } from '../api'
import { throwIfCancelled } from '../cancelled'
import { loadAddon, type Addon } from './addon'
import { createExclusive } from './exclusive'
import { describeOnnx, onnxRuntimeVersion, runOnnx } from './ort'
import { readSafetensors } from '../tensors'
import { runEngine } from './run-engine'
import { timeEngine } from './time-engine'
import { compareTensors, describeTensors } from './tensors'

/** What a method gets beside its parameters. */
export interface MethodContext {
  signal: AbortSignal
  emit: (event: HostEvent) => void
}

type Parsed<M extends NativeMethod> = z.output<NativeMethods[M]['params']>
export type MethodTable = { [M in NativeMethod]: (params: Parsed<M>, context: MethodContext) => Promise<NativeResult<M>> }

/**
 * Every method of the engine host. The addon is loaded at the first call that needs it, so that `ort.*` works without it.
 * @param addonPath the .node file
 */
export function createMethods(addonPath: string): MethodTable {
  let loaded: Addon | null = null
  const addon = (): Addon => (loaded ??= loadAddon(addonPath))
  const oneAtATime = createExclusive()
  const call = (context: MethodContext): { signal: AbortSignal; onEvent: (event: HostEvent) => void } => ({ signal: context.signal, onEvent: context.emit })
  return {
    'addon.info': async () => ({ ...addon().info(), onnxruntime: await onnxRuntimeVersion() }),
    'cuda.devices': async () => addon().devices(),
    'library.find': async (params) => addon().findLibrary(params),
    'library.options': async (params) => addon().libraryOptions(params),
    'library.plugins': (params, context) => oneAtATime(context.signal, async () => addon().openPlugins(params, call(context))),
    'engine.header': async (params) => addon().readHeader(params),
    'network.parse': async (params, context) => addon().parseNetwork(params, call(context)),
    'engine.build': (params, context) => oneAtATime(context.signal, async () => addon().build(params, call(context))),
    'engine.describe': (params, context) => oneAtATime(context.signal, async () => addon().describeEngine(params, call(context))),
    'engine.run': (params, context) => oneAtATime(context.signal, () => runEngine(addon(), params, call(context))),
    'engine.time': (params, context) => oneAtATime(context.signal, () => timeEngine(addon(), params, call(context))),
    'engine.refit': (params, context) =>
      oneAtATime(context.signal, async () => {
        const weights = params.weights === null ? [] : [...(await readSafetensors(params.weights))].map(([name, tensor]) => ({ name, ...tensor }))
        return addon().refitEngine({ ...params, weights }, call(context))
      }),
    'ort.describe': (params) => describeOnnx(params),
    'ort.run': (params, context) => runOnnx(params, context.signal),
    'tensors.compare': async (params, context) => compareTensors(addon(), params, context.signal),
    'tensors.describe': (params) => describeTensors(params),
  }
}

function isMethod(name: string): name is NativeMethod {
  return Object.hasOwn(nativeMethods, name)
}

/** Parses the parameters, runs the method, parses the result. */
export async function dispatch<M extends NativeMethod>(table: MethodTable, method: M, params: unknown, context: MethodContext): Promise<NativeResult<M>>
export async function dispatch(table: MethodTable, method: string, params: unknown, context: MethodContext): Promise<unknown>
export async function dispatch(table: MethodTable, method: string, params: unknown, context: MethodContext): Promise<unknown> {
  if (!isMethod(method)) throw new Error(`The engine host has no method ${method}`)
  throwIfCancelled(context.signal)
  const run = table[method] as (params: unknown, context: MethodContext) => Promise<unknown>
  const result = await run(nativeMethods[method].params.parse(params), context)
  return nativeMethods[method].result.parse(result)
}
