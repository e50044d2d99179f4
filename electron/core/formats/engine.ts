import { engineHeaderSchema, type EngineHeader } from '../../../contract/engine'
import type { ModelFile } from '../../../contract/run'
import { makeFinding } from '../errors'
import { truncatedError } from '../files/errors'
import { type RandomFile, withFile } from '../files/random-file'
import type { EngineHost } from '../api'
import { runsHere, targetBits, type HereAnswer } from './engine-here'
import type { Format, Subject } from './format'

const magics = new Set(['vtrt', 'ptrt', 'ftrt'])
const versionAt = 0x18
const maskAt = 0x20
/** The shortest header of any engine; what TensorRT-RTX says lies in it. */
const headerBytes = 0x40
/** Where a container of either library states the bytes of the whole plan. */
const sizeAt = 0x10
/** How far what is known of full TensorRT's header reaches. */
const fullHeaderBytes = 0xa0
const maxPrefix = 1 << 20

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
  const plan = prefix === 0 ? start : await file.read(planOffset, Math.min(fullHeaderBytes, file.size - planOffset))
  const magic = plan.toString('latin1', 0, 4)
  if (!magics.has(magic)) return null
  if (plan.length < headerBytes) throw truncatedError(file.path, `an engine's header has ${headerBytes} bytes, here are ${plan.length}`)
  const here = file.size - planOffset
  const stated = statedBytes(plan)
  if (stated !== null && stated > here) throw truncatedError(file.path, `its header says that the plan has ${stated} bytes, here are ${here}`)
  const metadata = prefix === 0 ? null : readMetadata(await file.read(4, prefix))
  const bare = { magic, planOffset, metadata, version: null, targets: [], targetMask: null }
  if (magic !== 'vtrt') {
    const { version, target } = readFullHeader(plan)
    return engineHeaderSchema.parse({ ...bare, flavour: 'tensorrt', version, targets: target === null ? [] : [target] })
  }
  const targetMask = plan.readUInt32LE(maskAt)
  return {
    ...bare,
    flavour: 'tensorrt-rtx',
    version: [...plan.subarray(versionAt, versionAt + 4)].join('.'),
    targetMask,
    targets: targetBits.flatMap(([bit, target]) => ((targetMask & bit) === 0 ? [] : [target])),
  }
}

/** Bytes of the whole plan as its container states them, by the marks that stand around the number in either library's; null for any other. */
function statedBytes(plan: Buffer): number | null {
  const full = isFullContainer(plan)
  const rtx = plan.toString('latin1', 0, 4) === 'vtrt' && plan.toString('latin1', 0x1c, 0x20) === 'vtrt' && plan.toString('latin1', 0x40, 0x44) === 'NGNE'
  return full || rtx ? Number(plan.readBigUInt64LE(sizeAt)) : null
}

const isFullContainer = (plan: Buffer): boolean => plan.toString('latin1', 0, 4) === 'ftrt' && plan.toString('latin1', 0x1c, 0x24) === 'rtrtNGNE'

/**
 * Full TensorRT, as seen on engines of 10.6: a container (`ftrt`: its size at 0x10, the version at 0x18, a table of
 * parts) around a body (`ptrt`) of tagged values, the version and the compute capability among the first. Whatever
 * does not look like that stays unknown.
 */
function readFullHeader(plan: Buffer): { version: string | null; target: string | null } {
  const container = isFullContainer(plan)
  const bodyAt = container ? Number(plan.readBigUInt64LE(0x28)) : 0
  const version = container ? [...plan.subarray(0x18, 0x1c)].join('.') : null
  const body = plan.subarray(bodyAt)
  if (body.length < bodyBytes || body.toString('latin1', 0, 4) !== 'ptrt') return { version, target: null }
  if (bodyTags.some(([at, tag]) => body.readUInt32LE(at) !== tag)) return { version, target: null }
  const said = [0x18, 0x1d, 0x22, 0x27].map((at) => body[at]).join('.')
  const [major, minor] = [body.readInt32LE(0x40), body.readInt32LE(0x48)]
  const plausible = major >= 5 && major < 20 && minor >= 0 && minor < 10
  return { version: version ?? said, target: plausible ? `sm${major}${minor}` : null }
}

/** Where the body of 10.6 has which tag before its value: a byte, an object, a 32-bit integer. */
const bodyTags: ReadonlyArray<readonly [number, number]> = [
  [0x14, 0x18002],
  [0x19, 0x18002],
  [0x1e, 0x18002],
  [0x23, 0x18002],
  [0x28, 0x180d2],
  [0x2c, 0x18007],
  [0x34, 0x18012],
  [0x38, 0x18010],
  [0x3c, 0x18007],
  [0x44, 0x18007],
]
const bodyBytes = 0x4c

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

async function ask(header: EngineHeader, host: EngineHost | undefined, versions: Subject['versions']): Promise<HereAnswer> {
  try {
    if (host !== undefined) return runsHere(header, await host.call('cuda.devices', {}), (await versions?.()) ?? null)
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

  async describe({ file, start, host, versions }) {
    const header = await readEngineHeader(file, start)
    if (header === null) return { format: 'unknown' }
    const answer = await ask(header, host, versions)
    const described: ModelFile['engine'] = { flavour: header.flavour, version: header.version, builtFor: header.targets, ...answer }
    const facts: Record<string, string> = { magic: header.magic }
    if (header.planOffset > 0) facts['planOffset'] = String(header.planOffset)
    for (const [key, value] of Object.entries(header.metadata ?? {}).slice(0, 20))
      facts[`metadata.${key}`] = typeof value === 'string' ? value : JSON.stringify(value).slice(0, 300)
    const prefixed = makeFinding(
      'ENGINE_PREFIXED',
      'info',
      `${file.path} begins with ${header.planOffset} bytes of metadata as Ultralytics writes them; other tools refuse it with "magicTag".`,
      'Nothing is to be done here: the plan behind it is used. For other tools, save a plain copy (inspect --plain-engine).',
      { planOffset: header.planOffset },
    )
    return { format: 'engine', engine: described, facts, findings: header.planOffset > 0 ? [prefixed] : [] }
  },
}
