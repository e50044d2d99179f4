import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { z } from 'zod'
import { engineHeaderSchema } from '../../../contract/engine'
import { buildReplySchema, buildRequestSchema, nativeErrorSchema, nativeMethods, type NativeParams, type NativeResult } from '../../../contract/native'
import { ruleSchema, type Rule } from '../../../contract/recipe'
import { weightStreamingSchema, type WeightStreaming } from '../../../contract/run-options'
import { dtypeSchema, type DType } from '../../../contract/tensor'
import type { HostEvent } from '../api'
import { EnginesmithError } from '../errors'
import { engineObjection, type EngineOpening } from './engine-gate'
import { layersOf } from './inspector'

/**
 * The only typing of the .node file. What comes out of it is parsed with zod like anything else that crosses a
 * boundary, and its errors become EnginesmithError.
 */

/** A tensor in memory: little-endian, dense, row-major; `data.byteLength` is the product of `shape` times the element size. */
export interface NativeTensor {
  name: string
  dtype: DType
  shape: number[]
  data: Uint8Array
}

export interface AddonCall {
  signal?: AbortSignal
  /** Progress phases and log lines, in the order in which the library said them; all arrive before the promise settles. */
  onEvent?: (event: HostEvent) => void
}

/** An engine that is loaded on a GPU: runs one input set at a time. */
export interface EngineSession {
  /** Outputs in the engine's own order; `seconds` is the time of the copies and the execution. */
  run(inputs: NativeTensor[], call?: AddonCall): Promise<{ outputs: NativeTensor[]; seconds: number }>
  /** As it was opened; null where the engine streams nothing. */
  weightStreaming: WeightStreaming | null
  /** False where the library refused the runtime cache that was given; null where none is kept. */
  runtimeCacheTaken: boolean | null
  /** The runtime cache with what was compiled until now; null where none is kept, or nothing is in it. */
  runtimeCache(): Promise<Uint8Array | null>
  /** Frees GPU memory; safe to call twice and while a run is under way (it waits for it). */
  close(): Promise<void>
}

/** The bytes of a runtime cache, none for an empty one; null or left out where none is kept. */
interface CacheBytes {
  runtimeCache?: Uint8Array | null
}

export type TimedEngine = z.infer<typeof timeResultSchema>

export type ComparerResult = z.infer<typeof comparerResultSchema>

/** Compares one output over any number of input sets, in a pass over memory each. */
export interface Comparer {
  /** Adds one pair of tensors. A difference of shape or of kind of dtype is remembered and decides the verdict. */
  add(reference: NativeTensor, candidate: NativeTensor): Promise<void>
  finish(): Promise<ComparerResult>
}

export interface ComparerOptions {
  rule: Rule
  /** Null: the default of the output's dtype (of the coarser of both sides). */
  atol: number | null
  rtol: number | null
}

export interface Addon {
  info(): AddonInfo
  devices(): Promise<NativeResult<'cuda.devices'>>
  findLibrary(params: NativeParams<'library.find'>): Promise<NativeResult<'library.find'>>
  libraryOptions(params: NativeParams<'library.options'>): Promise<NativeResult<'library.options'>>
  openPlugins(params: NativeParams<'library.plugins'>, call?: AddonCall): Promise<NativeResult<'library.plugins'>>
  readHeader(params: NativeParams<'engine.header'>): Promise<NativeResult<'engine.header'>>
  parseNetwork(params: NativeParams<'network.parse'>, call?: AddonCall): Promise<NativeResult<'network.parse'>>
  build(params: NativeParams<'engine.build'>, call?: AddonCall): Promise<NativeResult<'engine.build'>>
  describeEngine(params: NativeParams<'engine.describe'>, call?: AddonCall): Promise<NativeResult<'engine.describe'>>
  /** `session` is null, with the reason, where this machine cannot run the engine; that is not an error. */
  openEngine(
    params: Pick<NativeParams<'engine.run'>, 'library' | 'engine' | 'device' | 'hostCode' | 'weightBudget'> & CacheBytes,
    call?: AddonCall,
  ): Promise<{ session: EngineSession | null; reason: string | null }>
  timeEngine(params: Omit<NativeParams<'engine.time'>, 'runtimeCache'> & CacheBytes, call?: AddonCall): Promise<TimedEngine>
  /** `weights` by the engine's names, in place of the path of the host's method. */
  refitEngine(params: Omit<NativeParams<'engine.refit'>, 'weights'> & { weights: NativeTensor[] }, call?: AddonCall): Promise<NativeResult<'engine.refit'>>
  createComparer(options: ComparerOptions): Comparer
}

const infoSchema = nativeMethods['addon.info'].result.omit({ onnxruntime: true })
export type AddonInfo = z.infer<typeof infoSchema>

const comparerResultSchema = nativeMethods['tensors.compare'].result.shape.outputs.element.omit({ output: true }).extend({
  /** False where there were so many elements that the quantiles are of bins 0.2 % wide. */
  quantilesExact: z.boolean(),
})

const tensorSchema = z.object({ name: z.string(), dtype: dtypeSchema, shape: z.array(z.number().int()), data: z.instanceof(Uint8Array) })
const runSchema = z.object({ outputs: z.array(tensorSchema), seconds: z.number() })
const openSchema = z.object({
  session: z.unknown(),
  reason: z.string().nullable(),
  weightStreaming: weightStreamingSchema.nullable(),
  runtimeCacheTaken: z.boolean().nullable(),
})
const cacheBytesSchema = z.instanceof(Uint8Array).nullable()

// Two things come as JSON text, so that the addon needs no JSON reader: an Ultralytics prefix and the inspector's words.
const metadataSchema = z
  .string()
  .nullable()
  .transform((text) => {
    const parsed = engineHeaderSchema.shape.metadata.safeParse(text === null ? null : readJson(text))
    return parsed.success ? parsed.data : null
  })
const rawHeaderSchema = engineHeaderSchema.extend({ metadata: metadataSchema })
const headerResultSchema = z.object({ header: rawHeaderSchema.nullable(), reason: z.string().nullable() })
const buildResultSchema = buildReplySchema
  .omit({ layers: true })
  .extend({ header: rawHeaderSchema, inspector: z.string().nullable() })
  .transform(({ inspector, ...reply }) => ({ ...reply, layers: layersOf(inspector) }))
const describedSchema = nativeMethods['engine.describe'].result.shape.engine.unwrap().omit({ layers: true }).extend({ inspector: z.string().nullable() })
const describeResultSchema = z.object({
  engine: describedSchema.transform(({ inspector, ...engine }) => ({ ...engine, layers: layersOf(inspector) ?? [] })).nullable(),
  reason: z.string().nullable(),
})

const timeResultSchema = z.object({
  result: nativeMethods['engine.time'].result.shape.result
    .unwrap()
    .omit({ layers: true, runtimeCache: true })
    .extend({ inspector: z.string().nullable(), runtimeCacheTaken: z.boolean().nullable() })
    .transform(({ inspector, ...timed }) => ({ ...timed, layers: layersOf(inspector) }))
    .nullable(),
  reason: z.string().nullable(),
  runtimeCache: cacheBytesSchema,
})

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

type RawCall = (params: unknown, token: unknown, onEvent: (event: HostEvent) => void) => Promise<unknown>

/** What the .node file exports: plain functions; handles are opaque and type-tagged. */
interface RawAddon {
  info(): unknown
  /** Asks every call to stop; for a process that is about to end, which would wait for them. */
  shutdown(): void
  createToken(): unknown
  cancel(token: unknown): void
  devices: RawCall
  find: RawCall
  options: RawCall
  plugins: RawCall
  header: RawCall
  parse: RawCall
  build: RawCall
  describe: RawCall
  openEngine: RawCall
  timeEngine: RawCall
  refitEngine: RawCall
  runEngine(session: unknown, inputs: NativeTensor[], token: unknown, onEvent: (event: HostEvent) => void): Promise<unknown>
  runtimeCacheOf(session: unknown): Promise<unknown>
  closeEngine(session: unknown): Promise<unknown>
  createComparer(options: ComparerOptions): unknown
  compareAdd(comparer: unknown, reference: NativeTensor, candidate: NativeTensor): Promise<unknown>
  compareFinish(comparer: unknown): Promise<unknown>
}

const ignoreEvents = (): void => undefined

/** Carries one call: cancel by AbortSignal, errors mapped, the result parsed. */
async function carry<T>(
  raw: RawAddon,
  schema: z.ZodType<T>,
  call: AddonCall | undefined,
  start: (token: unknown, onEvent: (event: HostEvent) => void) => Promise<unknown>,
): Promise<T> {
  const signal = call?.signal
  const token = raw.createToken()
  const abort = (): void => raw.cancel(token)
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    return schema.parse(await start(token, call?.onEvent ?? ignoreEvents))
  } catch (error) {
    throw mapError(error)
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

function mapError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  const parsed = nativeErrorSchema.safeParse({ ...error, message: error.message })
  if (!parsed.success) return error
  return new EnginesmithError(parsed.data.code, parsed.data.message, parsed.data.remedy, parsed.data.details)
}

/** Loads the addon. Rejects nothing silently: ADDON_MISSING where there is no file, ADDON_UNUSABLE where it does not load. */
export function loadAddon(path: string): Addon {
  if (!existsSync(path)) {
    throw new EnginesmithError('ADDON_MISSING', `The native module is not there: ${path}`, 'Run `npm run setup`, which compiles it.', { path })
  }
  let raw: RawAddon
  try {
    raw = createRequire(import.meta.url)(path) as RawAddon
    infoSchema.parse(raw.info())
    process.once('exit', () => raw.shutdown())
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new EnginesmithError('ADDON_UNUSABLE', `The native module could not be loaded: ${reason}`, 'Run `npm run setup`, which compiles it anew.', {
      path,
      reason,
    })
  }
  return wrap(raw)
}

/** Nothing said is no: code that an engine carries is loaded for a yes alone. */
const allowed = <T extends { hostCode?: boolean }>(params: T): T & { hostCode: boolean } => ({ ...params, hostCode: params.hostCode === true })

function wrap(raw: RawAddon): Addon {
  const simple = <T>(schema: z.ZodType<T>, method: RawCall, params: unknown, call?: AddonCall): Promise<T> =>
    carry(raw, schema, call, (token, onEvent) => method(params, token, onEvent))
  const objection = async (opening: EngineOpening): Promise<string | null> =>
    engineObjection(opening, await simple(nativeMethods['cuda.devices'].result, raw.devices, {}))
  return {
    info: () => infoSchema.parse(raw.info()),
    devices: () => simple(nativeMethods['cuda.devices'].result, raw.devices, {}),
    findLibrary: (params) => simple(nativeMethods['library.find'].result, raw.find, nativeMethods['library.find'].params.parse(params)),
    libraryOptions: (params) => simple(nativeMethods['library.options'].result, raw.options, params),
    openPlugins: (params, call) => simple(nativeMethods['library.plugins'].result, raw.plugins, params, call),
    readHeader: (params) => simple(headerResultSchema, raw.header, params),
    parseNetwork: (params, call) => simple(nativeMethods['network.parse'].result, raw.parse, params, call),
    build: (params, call) => simple(buildResultSchema, raw.build, buildRequestSchema.parse(params), call),
    describeEngine: async (params, call) => {
      const reason = await objection(params)
      return reason === null ? simple(describeResultSchema, raw.describe, allowed(params), call) : { engine: null, reason }
    },
    openEngine: async (params, call) => {
      const reason = await objection(params)
      if (reason !== null) return { session: null, reason }
      const opened = await simple(openSchema, raw.openEngine, allowed(params), call)
      return { session: opened.session === null ? null : session(raw, opened.session, opened), reason: opened.reason }
    },
    timeEngine: async (params, call) => {
      const reason = await objection(params)
      return reason === null ? simple(timeResultSchema, raw.timeEngine, allowed(params), call) : { result: null, reason, runtimeCache: null }
    },
    refitEngine: async (params, call) => {
      const reason = await objection(params)
      return reason === null ? simple(nativeMethods['engine.refit'].result, raw.refitEngine, allowed(params), call) : { result: null, reason }
    },
    createComparer: (options) => comparer(raw, options),
  }
}

function session(raw: RawAddon, handle: unknown, { weightStreaming, runtimeCacheTaken }: z.infer<typeof openSchema>): EngineSession {
  return {
    weightStreaming,
    runtimeCacheTaken,
    runtimeCache: () => carry(raw, cacheBytesSchema, undefined, () => raw.runtimeCacheOf(handle)),
    run: (inputs, call) => carry(raw, runSchema, call, (token, onEvent) => raw.runEngine(handle, inputs, token, onEvent)),
    close: async () => {
      await carry(raw, z.undefined(), undefined, () => raw.closeEngine(handle))
    },
  }
}

function comparer(raw: RawAddon, options: ComparerOptions): Comparer {
  const handle = raw.createComparer({ ...options, rule: ruleSchema.parse(options.rule) })
  return {
    add: async (reference, candidate) => {
      await carry(raw, z.undefined(), undefined, () => raw.compareAdd(handle, reference, candidate))
    },
    finish: () => carry(raw, comparerResultSchema, undefined, () => raw.compareFinish(handle)),
  }
}
