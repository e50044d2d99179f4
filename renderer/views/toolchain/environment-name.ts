import type { PythonEnvironment } from '../../../contract/environment'

/** An environment by its folder (`vision/.venv`); an interpreter that is in none by its whole path. */
export function environmentName({ path, source }: Pick<PythonEnvironment, 'path' | 'source'>): string {
  if (source === 'path') return path
  const parts = path.split(/[\\/]/)
  const last = parts.at(-2)?.toLowerCase()
  const root = last === 'bin' || last === 'scripts' ? parts.slice(0, -2) : parts.slice(0, -1)
  return root.length <= 2 ? path : root.slice(-2).join('/')
}
