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
/** How far the container of full TensorRT reaches, and more. */
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
  const parts = partsOf(plan)
  const stated = parts !== null || isRtxContainer(plan) ? Number(plan.readBigUInt64LE(sizeAt)) : null
  if (stated !== null && stated > here) throw truncatedError(file.path, `its header says that the plan has ${stated} bytes, here are ${here}`)
  const metadata = prefix === 0 ? null : readMetadata(await file.read(4, prefix))
  const bare = { magic, planOffset, metadata, version: null, targets: [], targetMask: null }
  if (magic !== 'vtrt') {
    const bodyAt = parts === null ? 0 : parts.get('NGNE')
    const body = bodyAt === undefined || bodyAt >= here ? null : await file.read(planOffset + bodyAt, Math.min(bodyBytes, here - bodyAt))
    const { version, target } = readBody(body ?? Buffer.alloc(0))
    const stamped = parts === null ? version : [...plan.subarray(versionAt, versionAt + 4)].join('.')
    const hostCode = parts === null ? {} : { hostCode: parts.has('NAEL') }
    return engineHeaderSchema.parse({ ...bare, flavour: 'tensorrt', version: stamped, targets: target === null ? [] : [target], ...hostCode })
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

/** By the marks that stand around what TensorRT-RTX states of the whole plan. */
const isRtxContainer = (plan: Buffer): boolean =>
  plan.toString('latin1', 0, 4) === 'vtrt' && plan.toString('latin1', 0x1c, 0x20) === 'vtrt' && plan.toString('latin1', 0x40, 0x44) === 'NGNE'

const partsAt = 0x20
const partBytes = 24
/** An engine alone has two parts, one with a lean runtime three. */
const maxParts = 4

/**
 * The container of full TensorRT (`ftrt`), as seen on engines of 10.6: how many parts at 0x08, its size at 0x10, the
 * version at 0x18, then a table of parts: a tag (`NGNE` the engine, `THGW` weights, `NAEL` a lean runtime), where it
 * begins and how long it is.
 * @returns where each part begins, from the plan's own start; null where it does not look like that
 */
function partsOf(plan: Buffer): ReadonlyMap<string, number> | null {
  if (plan.toString('latin1', 0, 4) !== 'ftrt' || plan.toString('latin1', 0x1c, 0x20) !== 'rtrt') return null
  const count = Number(plan.readBigUInt64LE(8))
  if (count < 1 || count > maxParts || plan.length < partsAt + count * partBytes) return null
  const parts = new Map<string, number>()
  for (let at = partsAt; at < partsAt + count * partBytes; at += partBytes) {
    parts.set(plan.toString('latin1', at, at + 4), Number(plan.readBigUInt64LE(at + 8)))
  }
  return parts.has('NGNE') ? parts : null
}

/** The engine itself (`ptrt`), as seen on those of 10.6: tagged values, the version and the compute capability among the first. */
function readBody(body: Buffer): { version: string | null; target: string | null } {
  const nothing = { version: null, target: null }
  if (body.length < bodyBytes || body.toString('latin1', 0, 4) !== 'ptrt') return nothing
  if (bodyTags.some(([at, tag]) => body.readUInt32LE(at) !== tag)) return nothing
  const [major, minor] = [body.readInt32LE(0x40), body.readInt32LE(0x48)]
  const plausible = major >= 5 && major < 20 && minor >= 0 && minor < 10
  return { version: [0x18, 0x1d, 0x22, 0x27].map((at) => body[at]).join('.'), target: plausible ? `sm${major}${minor}` : null }
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
    const carrying = makeFinding(
      'ENGINE_HOST_CODE',
      'info',
      `${file.path} carries a lean runtime: code for the CPU, which is never loaded without a yes.`,
      'Say yes only where you trust where it comes from (--allow-host-code with its hash). Else build it yourself from its ONNX file.',
      { hostCode: true },
    )
    return {
      format: 'engine',
      engine: described,
      facts,
      findings: [...(header.planOffset > 0 ? [prefixed] : []), ...(header.hostCode === true ? [carrying] : [])],
    }
  },
}
