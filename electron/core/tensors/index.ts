import { constants } from 'node:buffer'
import { createHash } from 'node:crypto'
import { isFolder } from '../disk'
import { EnginesmithError } from '../errors'
import { withFile } from '../files/random-file'
import { sha256File } from '../files/hash'
import { looksLikeZip } from '../files/zip'
import { looksLikeNpy, parseNpy } from './npy'
import { readNpzFrom } from './npz'
import { readTestData, testDataFiles, testDataSets, type DataRole } from './onnx-tensor'
import { looksLikeSafetensors, readSafetensorsFrom } from './safetensors'
import type { Tensor } from './tensor'

export { castTensor, emptyTensor, fromNumbers, toNumbers } from './values'
export { aligned, elementCount, isFloat, storageView, tensorBytes, type Tensor, type TensorArray } from './tensor'
export { readSafetensors, readSafetensorsHeader, writeSafetensors, type SafetensorsEntry, type SafetensorsHeader } from './safetensors'
export { writeNpz } from './npz'
export { encodeNpy } from './npy'

export { testDataFiles, testDataSets } from './onnx-tensor'

/** The name of the one array of a .npy file: what numpy.savez would call it. */
export const npyName = 'arr_0'

/**
 * Named tensors of an .npz, .npy or .safetensors file, told by content, or of a folder of ONNX test data.
 * @param role which files of such a folder are meant
 * @throws EnginesmithError FILE_…, INPUTS_INVALID
 */
export async function readTensors(path: string, role: DataRole = 'input'): Promise<Map<string, Tensor>> {
  if (await isFolder(path)) return readTestData(path, role)
  return withFile(path, async (file) => {
    if (file.size === 0) throw new EnginesmithError('FILE_EMPTY', `${path} is empty.`, 'Write the arrays again, or choose another file.', { path })
    const start = await file.read(0, Math.min(16, file.size))
    if (looksLikeNpy(start)) {
      if (file.size > constants.MAX_LENGTH) {
        throw new EnginesmithError('INPUTS_INVALID', `${path} is too big to take in at once.`, 'Use a .safetensors file, or a smaller array.', {
          path,
          bytes: file.size,
        })
      }
      return new Map([[npyName, parseNpy(await file.read(0, file.size), path)]])
    }
    if (looksLikeZip(start)) return readNpzFrom(file)
    if (looksLikeSafetensors(start, file.size)) return readSafetensorsFrom(file)
    throw new EnginesmithError(
      'INPUTS_INVALID',
      `${path} holds no arrays that can be read: it is neither .npz, .npy nor .safetensors.`,
      'Make one with numpy.savez(file, name=array, …).',
      { path },
    )
  })
}

/**
 * Content hash of what `readTensors` would read; that of a file is its SHA-256.
 * @throws EnginesmithError as reading does
 */
export async function tensorsDigest(path: string, role: DataRole = 'input'): Promise<string> {
  if (!(await isFolder(path))) return sha256File(path)
  const hash = createHash('sha256')
  const sets = await testDataSets(path)
  for (const folder of sets.length > 0 ? sets : [path]) {
    for (const file of await testDataFiles(folder, role)) hash.update(`${await sha256File(file)}\n`)
  }
  return hash.digest('hex')
}
