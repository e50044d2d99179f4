import { engineHeaderSchema, type EngineHeader } from '../../../contract/engine'
import type { Gpu } from '../../../contract/environment'
import type { ModelFile } from '../../../contract/run'
import type { NativeResult } from '../../../contract/native'
import { makeFinding } from '../errors'
import { truncatedError } from '../files/errors'
import { type RandomFile, withFile } from '../files/random-file'
import type { EngineHost } from '../api'
import type { Format } from './format'

const magics = new Set(['vtrt', 'ptrt', 'ftrt'])
const versionAt = 0x18
const maskAt = 0x20
const headerBytes = 0x40
const maxPrefix = 1 << 20

/** Bits of a TensorRT-RTX header's mask, learnt by building for each target and reading the mask back. */
const targetBits: ReadonlyArray<readonly [number, string]> = [
  [0x02, 'sm80'],
  [0x04, 'sm86'],
  [0x08, 'sm89'],
  [0x10, 'sm120'],
  [0x20, 'sm121'],
]

/** Ultralytics writes a length and that much JSON before the plan. */
function prefixLength(start: Buffer): number {
  if (start.length < 5 || start[4] !== 0x7b) return 0
  const length = start.readUInt32LE(0)
  return length >= 2 && length <= maxPrefix ? length : 0
}

/**
 * What an engine file says of itself, from its first bytes alone; null where it is no engine.
 * @throws EnginesmithError FILE_TRUNCATED
 */
export async function readEngineHeader(file: RandomFile, start: Buffer): Promise<EngineHeader | null> {
  const prefix = prefixLength(start)
  const planOffset = prefix === 0 ? 0 : 4 + prefix
  if (prefix > 0 && planOffset + 4 > file.size) return null
  const plan = prefix === 0 ? start : await file.read(planOffset, Math.min(headerBytes, file.size - planOffset))
  const magic = plan.toString('latin1', 0, 4)
  if (!magics.has(magic)) return null
  const metadata = prefix === 0 ? null : readMetadata(await file.read(4, prefix))
  const bare = { magic, planOffset, metadata, version: null, targets: [], targetMask: null }
  if (magic !== 'vtrt') return engineHeaderSchema.parse({ ...bare, flavour: 'tensorrt' })
  if (plan.length < headerBytes) throw truncatedError(file.path, `an engine's header has ${headerBytes} bytes, here are ${plan.length}`)
  const targetMask = plan.readUInt32LE(maskAt)
  return {
    ...bare,
    flavour: 'tensorrt-rtx',
    version: [...plan.subarray(versionAt, versionAt + 4)].join('.'),
    targetMask,
    targets: targetBits.flatMap(([bit, target]) => ((targetMask & bit) === 0 ? [] : [target])),
  }
}

function readMetadata(bytes: Buffer): EngineHeader['metadata'] {
  try {
    return engineHeaderSchema.shape.metadata.safeParse(JSON.parse(bytes.toString('utf8'))).data ?? null
  } catch {
    return null
  }
}

/** The header of an engine file by its path. */
export async function engineHeaderOf(path: string): Promise<EngineHeader | null> {
  return withFile(path, async (file) => readEngineHeader(file, await file.read(0, Math.min(4096, file.size))))
}

/** A GPU's target as users write it: compute capability 8.6 is sm86. */
export function targetOf(gpu: Pick<Gpu, 'computeCapability'>): string {
  return `sm${gpu.computeCapability.replace('.', '')}`
}

/**
 * Whether one of these GPUs runs the engine, as far as the header tells. Full TensorRT's header names no GPU, so only
 * the absence of any is a plain no.
 */
export function runsHere(header: EngineHeader, devices: NativeResult<'cuda.devices'>): { runsHere: 'yes' | 'no' | 'unknown'; reason: string } {
  const here = devices.devices.map((device) => targetOf(device))
  if (here.length === 0) return { runsHere: 'no', reason: `No GPU here can run it${devices.reason === null ? '' : `: ${devices.reason}`}.` }
  if (header.flavour !== 'tensorrt-rtx' || header.targets.length === 0) {
    return { runsHere: 'unknown', reason: 'Its header does not say for which GPU it was built.' }
  }
  const fitting = here.find((target) => header.targets.includes(target))
  if (fitting !== undefined) return { runsHere: 'yes', reason: `It was built for ${header.targets.join(', ')}, and a GPU here is ${fitting}.` }
  // A bit that no build of ours ever set may stand for this GPU.
  const known = targetBits.reduce((mask, [bit]) => mask | bit, 0)
  if (((header.targetMask ?? 0) & ~known) !== 0 && !targetBits.some(([, target]) => here.includes(target))) {
    return {
      runsHere: 'unknown',
      reason: `It was built for ${header.targets.join(', ')} and for others whose names are not known; the GPU here is ${here.join(', ')}.`,
    }
  }
  return { runsHere: 'no', reason: `It was built for ${header.targets.join(', ')}; the GPU here is ${here.join(', ')}.` }
}

async function ask(header: EngineHeader, host: EngineHost | undefined): Promise<ReturnType<typeof runsHere>> {
  try {
    if (host !== undefined) return runsHere(header, await host.call('cuda.devices', {}))
  } catch {
    // Without an answer about this machine the card still says what the file is.
  }
  return { runsHere: 'unknown', reason: 'The GPUs of this machine could not be asked for.' }
}

/** TensorRT and TensorRT-RTX engines, told by their first four bytes, behind Ultralytics' prefix or without. */
export const engine: Format = {
  async match({ file, start }) {
    const prefix = prefixLength(start)
    if (prefix === 0) return magics.has(start.toString('latin1', 0, 4))
    return prefix + 8 <= file.size && magics.has((await file.read(4 + prefix, 4)).toString('latin1'))
  },

  async describe({ file, start, host }) {
    const header = await readEngineHeader(file, start)
    if (header === null) return { format: 'unknown' }
    const answer = await ask(header, host)
    const described: ModelFile['engine'] = { flavour: header.flavour, version: header.version, builtFor: header.targets, ...answer }
    const facts: Record<string, string> = { magic: header.magic }
    if (header.planOffset > 0) facts['planOffset'] = String(header.planOffset)
    for (const [key, value] of Object.entries(header.metadata ?? {}).slice(0, 20))
      facts[`metadata.${key}`] = typeof value === 'string' ? value : JSON.stringify(value).slice(0, 300)
    const prefixed = makeFinding(
      'ENGINE_HEADER_INVALID',
      'info',
      `${file.path} begins with ${header.planOffset} bytes of metadata as Ultralytics writes them; other tools refuse it with "magicTag".`,
      'Nothing is to be done here: the plan behind it is used. For other tools, cut these bytes off.',
      { planOffset: header.planOffset },
    )
    return { format: 'engine', engine: described, facts, findings: header.planOffset > 0 ? [prefixed] : [] }
  },
}
