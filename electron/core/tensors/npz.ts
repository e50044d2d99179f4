import { zipSync } from 'fflate'
import { constants } from 'node:buffer'
import { EnginesmithError } from '../errors'
import type { ByteSource } from '../files/random-file'
import { openZip } from '../files/zip'
import { writeAtomic } from '../files/write'
import { encodeNpy, parseNpy } from './npy'
import type { Tensor } from './tensor'

/** All arrays together may take this much memory; more is a mistake or an attack. */
const maxTotalBytes = 8 * 1024 ** 3
const maxArrays = 10_000

/**
 * Every array of an .npz, by its name without `.npy`; none where numpy saved none.
 * @throws EnginesmithError INPUTS_INVALID, FILE_TRUNCATED
 */
export async function readNpzFrom(source: ByteSource): Promise<Map<string, Tensor>> {
  const zip = await openZip(source, maxArrays)
  const members = [...zip.members.values()].filter((member) => member.name.endsWith('.npy'))
  const total = members.reduce((sum, member) => sum + member.size, 0)
  if (members.length === 0 && zip.members.size > 0) {
    throw new EnginesmithError('INPUTS_INVALID', `${source.path} holds no arrays.`, 'Make it with numpy.savez(file, name=array, …).', { path: source.path })
  }
  if (zip.cut || total > maxTotalBytes || members.some((member) => member.size > constants.MAX_LENGTH)) {
    throw new EnginesmithError(
      'INPUTS_INVALID',
      `${source.path} holds ${zip.cut ? `more than ${maxArrays} arrays` : `${total} bytes of arrays`}, more than can be taken in at once.`,
      'Keep only the arrays that are needed, or make several smaller files.',
      { path: source.path, bytes: total },
    )
  }
  const tensors = new Map<string, Tensor>()
  for (const member of members) {
    const name = member.name.slice(0, -'.npy'.length)
    tensors.set(name, parseNpy(await zip.read(member, constants.MAX_LENGTH), `${name} in ${source.path}`))
  }
  return tensors
}

/** Writes an .npz (stored, not packed) that numpy.load reads; whole or not at all. */
export async function writeNpz(path: string, tensors: ReadonlyMap<string, Tensor>): Promise<void> {
  const total = [...tensors.values()].reduce((sum, tensor) => sum + tensor.data.byteLength, 0)
  if (total > 2 * 1024 ** 3) {
    throw new EnginesmithError('INPUTS_INVALID', `${total} bytes are too many for one .npz here.`, 'Use a .safetensors file for it.', { path, bytes: total })
  }
  const files: Record<string, Uint8Array> = Object.create(null) as Record<string, Uint8Array>
  for (const [name, tensor] of tensors) files[`${name}.npy`] = encodeNpy(tensor, name)
  // A fixed date: the same tensors give the same bytes.
  await writeAtomic(path, [zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) })])
}
