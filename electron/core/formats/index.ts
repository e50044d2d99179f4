import type { ModelFile } from '../../../contract/run'
import type { EngineHost } from '../api'
import { throwIfCancelled } from '../cancelled'
import { EnginesmithError, findingOf, isAbort, makeFinding } from '../errors'
import { sha256File } from '../files/hash'
import { RandomFile } from '../files/random-file'
import { looksLikeZip, openZip, type Zip } from '../files/zip'
import { FormatError } from './cursor'
import { engine } from './engine'
import { exportedProgram } from './exported-program'
import { extensionFinding } from './extension'
import type { Description, Format, Subject } from './format'
import { onnx } from './onnx'
import { pickled } from './pickled'
import { safetensors } from './safetensors'
import { torchscript } from './torchscript'
import { unknown, unknownFinding } from './unknown'
import { wts } from './wts'

export { engineHeaderOf } from './engine'
export { runsHere } from './engine-here'

/** In the order they are asked: those with a mark of their own first, guesses last. */
const formats: readonly Format[] = [engine, safetensors, exportedProgram, torchscript, pickled, wts, onnx, unknown]

const startBytes = 4096
/** An unknown file above this is not hashed: nothing can be done with it, and gigabytes of noise take their time. */
const maxUnknownHash = 64 * 1024 * 1024

export interface DescribeOptions {
  signal?: AbortSignal
  /** `wait`: the hash is in the answer. `later`: it comes through `onHash`, and the answer has null. `none`: null. Default: `wait`. */
  hash?: 'wait' | 'later' | 'none'
  onHash?: (sha256: string) => void
  /** The file could not be read to its end after all. */
  onHashFailed?: () => void
  /** Asked whether an engine runs here. */
  host?: EngineHost
  versions?: Subject['versions']
}

/**
 * What is known of a file without loading it, told by its content. A damaged file is described as `unknown` with the
 * finding that says why; only a file that cannot be read at all rejects.
 * @throws EnginesmithError FILE_NOT_FOUND, FILE_IS_DIRECTORY, FILE_UNREADABLE, FILE_CHANGED, PATH_TOO_LONG, CANCELLED
 */
export async function describeFile(path: string, options: DescribeOptions = {}): Promise<ModelFile> {
  throwIfCancelled(options.signal)
  const file = await RandomFile.open(path)
  let described: Description
  try {
    described = file.size === 0 ? empty(path) : await describe(file, options)
  } catch (error) {
    throwIfCancelled(options.signal)
    throw error
  } finally {
    await file.close()
  }
  const { format, signature = null, tensors = null, pickle = null, engine: header = null, facts = {}, findings = [] } = described
  const misleading = extensionFinding(path, format)
  const model: ModelFile = {
    path,
    bytes: file.size,
    sha256: null,
    format,
    signature,
    tensors,
    pickle,
    engine: header,
    facts,
    findings: misleading === null ? findings : [...findings, misleading],
  }
  if (options.hash === 'none' || (format === 'unknown' && file.size > maxUnknownHash)) return model
  const hash = sha256File(path, options.signal).then(async (sha256) => {
    await file.assertUnchanged()
    return sha256
  })
  if (options.hash === 'later') {
    // Who asked for it later hears of success alone; a file that has gone is met again by whatever uses it.
    hash.then(
      (sha256) => options.onHash?.(sha256),
      () => options.onHashFailed?.(),
    )
    return model
  }
  try {
    return { ...model, sha256: await hash }
  } catch (error) {
    throwIfCancelled(options.signal)
    throw error
  }
}

function empty(path: string): Description {
  const finding = makeFinding('FILE_EMPTY', 'error', `${path} is empty: 0 bytes.`, 'Get the file again; the copy or download wrote nothing.', { path })
  return { format: 'unknown', findings: [finding] }
}

async function describe(file: RandomFile, options: DescribeOptions): Promise<Description> {
  const start = await file.read(0, Math.min(startBytes, file.size))
  const { zip, fault } = await listing(file, start)
  const subject: Subject = { file, start, zip, signal: options.signal, host: options.host, versions: options.versions }
  try {
    if (fault !== null) return { format: 'unknown', findings: [fault.toFinding()] }
    for (const format of formats) if (await format.match(subject)) return await format.describe(subject)
  } catch (error) {
    return damaged(file, error)
  }
  return { format: 'unknown' }
}

async function listing(file: RandomFile, start: Buffer): Promise<{ zip: Zip | null; fault: EnginesmithError | null }> {
  if (!looksLikeZip(start)) return { zip: null, fault: null }
  try {
    return { zip: await openZip(file), fault: null }
  } catch (error) {
    if (error instanceof EnginesmithError && error.code === 'FILE_TRUNCATED') return { zip: null, fault: error }
    throw error
  }
}

/** A file whose format was recognised but whose content is broken. What went wrong in reading the disk is no such thing. */
function damaged(file: RandomFile, error: unknown): Description {
  if (isAbort(error)) throw error
  if (error instanceof FormatError) {
    const finding = makeFinding(
      'FILE_TRUNCATED',
      'error',
      `${file.path} cannot be read: ${error.message}.`,
      'Get the file again and compare its size with the original.',
      {
        path: file.path,
      },
    )
    return { format: 'unknown', findings: [finding] }
  }
  const passing = error instanceof EnginesmithError && ['FILE_CHANGED', 'FILE_NOT_FOUND', 'FILE_IS_DIRECTORY', 'CANCELLED'].includes(error.code)
  if (!(error instanceof EnginesmithError) || passing) throw error
  // The reader of tensor files speaks of inputs, which this is not.
  if (error.code === 'INPUTS_INVALID') return { format: 'unknown', findings: [unknownFinding(file.path, error.message, error.remedy)] }
  return { format: 'unknown', findings: [findingOf(error)] }
}
