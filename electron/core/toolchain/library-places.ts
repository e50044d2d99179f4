import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Flavour } from '../../../contract/native'
import type { PythonEnvironment } from '../../../contract/environment'
import { sitesOf } from '../python/probe'

export interface PlacesRequest {
  /** The path in the settings, a file or a folder; null where none is set. */
  setting: string | null
  /** Pythons whose packages may bring the library, best first. */
  pythons: ReadonlyArray<Pick<PythonEnvironment, 'path' | 'reason'>>
  variables: NodeJS.ProcessEnv
}

const packageFolder: Record<Flavour, string> = { tensorrt: 'tensorrt_libs', 'tensorrt-rtx': 'tensorrt_rtx_libs' }
const rootVariables: Record<Flavour, string[]> = { tensorrt: ['TENSORRT_ROOT'], 'tensorrt-rtx': ['TENSORRT_RTX_ROOT', 'TENSORRT_ROOT'] }

/**
 * Where to look for a library before the system: the setting, the Python environments, the variables. A setting or a
 * variable is named even where nothing is there, so that the attempt shows; of a Python that lacks the package, its own
 * package folder is named once.
 */
export async function libraryPlaces(flavour: Flavour, request: PlacesRequest): Promise<Array<{ path: string; source: string }>> {
  const places: Array<{ path: string; source: string }> = []
  const add = (path: string, source: string): void => {
    if (!places.some((place) => place.path === path)) places.push({ path, source })
  }
  if (request.setting !== null) add(request.setting, 'setting')
  for (const python of request.pythons) {
    if (python.reason !== null) continue
    const folders = sitesOf(python.path).map((site) => join(site, packageFolder[flavour]))
    const there = await Promise.all(
      folders.map((folder) =>
        stat(folder).then(
          (info) => info.isDirectory(),
          () => false,
        ),
      ),
    )
    const found = folders.filter((_, index) => there[index])
    for (const folder of found.length > 0 ? found : folders.slice(0, 1)) add(folder, `Python at ${python.path}`)
  }
  for (const name of rootVariables[flavour]) {
    const root = request.variables[name]
    if (root) add(root, name)
  }
  return places
}
