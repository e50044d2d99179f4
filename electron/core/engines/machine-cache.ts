import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Library } from '../../../contract/native'

/** Where a cache of this machine lies: in the data folder, one file for each version of the library and kind of GPU. Makes the folder. */
export async function machineCache(
  dataFolder: string,
  kind: 'timing-caches' | 'runtime-caches',
  library: Library,
  gpu: { name: string; computeCapability: string },
): Promise<string> {
  const folder = join(dataFolder, kind)
  await mkdir(folder, { recursive: true })
  const name = `${library.version} ${gpu.name} ${gpu.computeCapability}`.replaceAll(/[^\w.]+/g, '-')
  return join(folder, `${name}.cache`)
}
