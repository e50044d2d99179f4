import { access, constants, stat } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import type { PythonEnvironment } from '../../../contract/environment'

export interface Candidate {
  path: string
  source: PythonEnvironment['source']
}

/** The interpreter inside an environment's folder. */
export function interpreterIn(folder: string, conda: boolean, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return conda ? join(folder, 'python.exe') : join(folder, 'Scripts', 'python.exe')
  return join(folder, 'bin', 'python')
}

/**
 * Where a Python may be, best first and each path once: the setting, the managed one, the active virtual environment,
 * the active conda environment, PATH. The setting is listed even where nothing is there, so that it can be complained of.
 */
export async function findCandidates(places: { setting: string | null; managed: string; variables?: NodeJS.ProcessEnv }): Promise<Candidate[]> {
  const variables = places.variables ?? process.env
  const found: Candidate[] = []
  const add = async (path: string, source: Candidate['source'], always = false): Promise<void> => {
    if (found.some((each) => each.path === path)) return
    if (always || (await isProgram(path))) found.push({ path, source })
  }
  if (places.setting !== null) await add(resolve(places.setting), 'setting', true)
  await add(places.managed, 'managed')
  const { VIRTUAL_ENV: virtual, CONDA_PREFIX: conda } = variables
  if (virtual) await add(interpreterIn(virtual, false), 'virtualenv')
  if (conda) await add(interpreterIn(conda, true), 'conda')
  const names = process.platform === 'win32' ? ['python.exe', 'python3.exe'] : ['python3', 'python']
  for (const folder of (variables['PATH'] ?? variables['Path'] ?? '').split(delimiter)) {
    // Windows puts a stub there that opens its store instead of answering.
    if (folder === '' || folder.includes('WindowsApps')) continue
    for (const name of names) await add(join(folder, name), 'path')
  }
  return found
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    async () => (await stat(path)).isFile(),
    () => false,
  )
}
