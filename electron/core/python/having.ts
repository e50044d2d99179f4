import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { PythonEnvironment } from '../../../contract/environment'
import type { RemedyAction } from '../../../contract/finding'
import { EnginesmithError } from '../errors'
import { sitesOf } from './probe'

/** Other Pythons of this machine in which both torch and the top package of `module` lie; nothing is imported to know. */
export async function pythonsHaving(module: string, found: readonly PythonEnvironment[]): Promise<PythonEnvironment[]> {
  const [top = module] = module.split('.')
  const having = await Promise.all(
    found.map(async (python) => {
      if (python.reason !== null || python.packages['torch'] === undefined) return []
      const places = sitesOf(python.path).flatMap((site) => [join(site, top, '__init__.py'), join(site, `${top}.py`)])
      const there = await Promise.all(places.map((place) => exists(place)))
      return there.includes(true) || python.packages[top.toLowerCase().replaceAll('_', '-')] !== undefined ? [python] : []
    }),
  )
  return having.flat()
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/**
 * A class that this Python cannot import: the same error with the Pythons that can, each one click away. Everything
 * else as it is.
 */
export async function offerPythons(error: unknown, pythons: () => Promise<PythonEnvironment[]>): Promise<unknown> {
  if (!(error instanceof EnginesmithError) || error.code !== 'LOAD_CLASS_MISSING') return error
  const { module, python: asked, classes } = error.evidence
  // With a list of classes the module is there and lacks this one: another Python is no better guess.
  if (typeof module !== 'string' || classes !== undefined) return error
  const having = (await pythonsHaving(module, await pythons())).filter((python) => python.path !== asked)
  if (having.length === 0) return error
  const shown = having.map((python) => `${python.path} (Python ${python.version ?? '?'}, torch ${python.packages['torch'] ?? '?'})`)
  const use = having.map((python): RemedyAction => ({ kind: 'choose-python', label: `Use ${python.path}`, value: python.path }))
  return new EnginesmithError(
    error.code,
    error.message,
    `${module} is installed in ${shown.join(', ')}: choose that Python (--python). ${error.remedy}`,
    { ...error.evidence, environments: having.map((python) => python.path) },
    [...use, ...error.actions],
    { cause: error },
  )
}
