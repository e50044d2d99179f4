import { join } from 'node:path'
import type { CallOptions, PythonWorkers } from '../api'
import { EnginesmithError } from '../errors'
import { withFile } from '../files/random-file'
import { looksLikeZip, openZip } from '../files/zip'
import { readTensors, type Tensor } from '../tensors'
import { isFolder } from '../disk'

/** The workers that read what Node cannot: tensors of torch.save, and images. */
export interface SampleReaders {
  pythons: Pick<PythonWorkers, 'user' | 'managed'>
  call: CallOptions
}

/** More members than a file of arrays has. */
const maxMembers = 10_000

/** True for what torch.save wrote, as a zip or before torch 1.6: a pickle begins with its protocol. */
async function isTorchFile(path: string): Promise<boolean> {
  if (await isFolder(path)) return false
  return withFile(path, async (file) => {
    const start = await file.read(0, Math.min(4, file.size))
    if (start[0] === 0x80 && (start[1] ?? 0) <= 5 && start[2] !== 0) return true
    if (!looksLikeZip(start)) return false
    return [...(await openZip(file, maxMembers)).members.keys()].some((name) => /(^|\/)data\.pkl$/.test(name))
  })
}

/**
 * Arrays by name, of any file that holds some; those of torch.save are read in a worker, as tensors alone.
 * @throws EnginesmithError INPUTS_INVALID with what is wrong with the file
 */
export async function readGiven(path: string, folder: string, readers: SampleReaders): Promise<Map<string, Tensor>> {
  try {
    let file = path
    if (await isTorchFile(path)) {
      file = join(folder, 'given.safetensors')
      await (await readers.pythons.user()).call('read_tensors', { path, out: file }, readers.call)
    }
    const tensors = await readTensors(file)
    if (tensors.size > 0) return tensors
    throw new EnginesmithError('INPUTS_INVALID', `${path} holds no arrays.`, 'Make it with numpy.savez(file, name=array, …).', { path })
  } catch (error) {
    if (!(error instanceof EnginesmithError) || unrelated.has(error.code)) throw error
    throw new EnginesmithError('INPUTS_INVALID', `The file of inputs cannot be used: ${error.message}`, error.remedy, { ...error.evidence, cause: error.code })
  }
}

/** These say nothing of the file. */
const unrelated: ReadonlySet<EnginesmithError['code']> = new Set([
  'INPUTS_INVALID',
  'CANCELLED',
  'PYTHON_MISSING',
  'PYTHON_BROKEN',
  'TORCH_MISSING',
  'WORKER_CRASHED',
])
