import { constants } from 'node:fs'
import { copyFile, mkdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize, relative, sep } from 'node:path'
import type { ModelFile } from '../../../../contract/run'
import { needSpace } from '../../disk'
import { EnginesmithError } from '../../errors'
import type { ProducedSet } from '../../store/artifacts'
import type { StageContext } from '../stage'
import { onnxDataLocations } from './onnx-locations'

/** A copy that shares its blocks with the original where the file system can: the run must not change with the user's file. */
async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await copyFile(from, to, constants.COPYFILE_FICLONE)
}

function missing(file: ModelFile, names: string[]): EnginesmithError {
  return new EnginesmithError(
    'ONNX_EXTERNAL_DATA_MISSING',
    `${file.path} keeps weights in other files that are not there: ${names.join(', ')}.`,
    'Put these files beside the ONNX file under exactly these names.',
    { path: file.path, missing: names },
  )
}

/**
 * Copies an ONNX file and the files with its weights into the scratch folder, side by side as they were.
 * @throws EnginesmithError ONNX_EXTERNAL_DATA_MISSING, ONNX_INVALID, DISK_FULL
 */
export async function adoptOnnx(file: ModelFile, context: Pick<StageContext, 'scratch'>): Promise<ProducedSet> {
  const folder = dirname(file.path)
  const locations = (await locationsOf(file)).map((location) => normalize(location.replaceAll('\\', '/')))
  const outside = locations.filter((location) => isAbsolute(location) || location.split(sep).includes('..'))
  if (outside.length > 0) {
    throw new EnginesmithError(
      'ONNX_INVALID',
      `${file.path} keeps weights outside its own folder (${outside.join(', ')}), which ONNX does not allow.`,
      'Export it again with its data files beside it.',
      { path: file.path, locations: outside },
    )
  }
  const sizes = await Promise.all(
    locations.map((location) =>
      stat(join(folder, location)).then(
        (stats) => stats.size,
        () => null,
      ),
    ),
  )
  const absent = locations.filter((_, index) => sizes[index] === null)
  if (absent.length > 0) throw missing(file, absent)
  await needSpace(context.scratch, file.bytes + sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0), 'Taking the ONNX file over')
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

async function locationsOf(file: ModelFile): Promise<string[]> {
  try {
    return await onnxDataLocations(file.path)
  } catch (error) {
    if (error instanceof EnginesmithError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new EnginesmithError('ONNX_INVALID', `${file.path} is not a sound ONNX file: ${why}.`, 'Export the model again.', { path: file.path }, [], {
      cause: error,
    })
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
