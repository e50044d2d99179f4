import { constants } from 'node:fs'
import { copyFile, mkdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize, relative, sep } from 'node:path'
import type { ModelFile } from '../../../../contract/run'
import { needSpace } from '../../disk'
import { EnginesmithError } from '../../errors'
import { withFile } from '../../files/random-file'
import { Cursor, FormatError } from '../../formats/cursor'
import { readOnnx, type OnnxModel } from '../../formats/onnx/model'
import type { ProducedSet } from '../../store/artifacts'
import type { StageContext } from '../stage'

/** A copy that shares its blocks with the original where the file system can: the run must not change with the user's file. */
async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await copyFile(from, to, constants.COPYFILE_FICLONE)
}

/**
 * Copies an ONNX file and the files with its weights into the scratch folder, side by side as they were.
 * @throws EnginesmithError ONNX_EXTERNAL_DATA_MISSING, ONNX_INVALID, FILE_CHANGED, DISK_FULL
 */
export async function adoptOnnx(file: ModelFile, context: StageContext): Promise<ProducedSet> {
  const folder = dirname(file.path)
  const locations = [...new Set((await inspectOnnx(file.path)).external.map((data) => data.location))].map((location) =>
    normalize(location.replaceAll('\\', '/')),
  )
  const outside = locations.filter((location) => isAbsolute(location) || location.split(sep).includes('..'))
  if (outside.length > 0) {
    throw new EnginesmithError(
      'ONNX_INVALID',
      `${file.path} keeps weights outside its own folder (${outside.join(', ')}), which ONNX does not allow.`,
      'Export it again with its data files beside it.',
      { path: file.path, locations: outside },
    )
  }
  const { findings } = await context.describeFile(file.path, { signal: context.signal, hash: 'later' })
  const absent = findings.find((finding) => finding.code === 'ONNX_EXTERNAL_DATA_MISSING')
  if (absent !== undefined) throw new EnginesmithError(absent.code, absent.message, absent.remedy, absent.evidence, absent.actions)
  const sizes = await Promise.all(locations.map(async (location) => (await stat(join(folder, location))).size))
  await needSpace(context.scratch, file.bytes + sizes.reduce((sum, size) => sum + size, 0), 'Taking the ONNX file over')
  const name = locations.includes('model.onnx') ? basename(file.path) : 'model.onnx'
  const main = join(context.scratch, name)
  await copy(file.path, main)
  const set: ProducedSet = [{ kind: 'onnx', path: main, name }]
  for (const location of locations) {
    await copy(join(folder, location), join(context.scratch, location))
    set.push({ kind: 'onnx-data', path: join(context.scratch, location), name: location.split(sep).join('/') })
  }
  return set
}

/** What the ONNX file says of itself, its weights passed over. @throws EnginesmithError ONNX_INVALID */
export async function inspectOnnx(path: string): Promise<OnnxModel> {
  try {
    return await withFile(path, (file) => readOnnx(new Cursor(file, 0, file.size)))
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new EnginesmithError('ONNX_INVALID', `${path} is not a sound ONNX file: ${error.message}.`, 'Export the model again.', { path }, [], { cause: error })
  }
}

/** The files that an exporter wrote, the ONNX file first. */
export function collectOnnx(files: readonly string[], scratch: string): ProducedSet {
  const main = files.find((file) => file.endsWith('.onnx'))
  if (main === undefined)
    throw new EnginesmithError('CONVERT_FAILED', 'The exporter wrote no ONNX file.', 'Try the other exporter; the log holds its own words.', {
      files: [...files],
    })
  const name = (file: string): string => relative(scratch, file).split(sep).join('/')
  return [main, ...files.filter((file) => file !== main)].map((file) => ({ kind: file === main ? 'onnx' : 'onnx-data', path: file, name: name(file) }))
}
