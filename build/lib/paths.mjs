// Where things are in the clone. Every script of build/ asks here, so that a folder moves in one place.
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Root of the clone. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..')

/** @param {...string} parts a path relative to the root @returns {string} */
export const at = (...parts) => path.join(root, ...parts)

/** Folders that set-up and the build write; all of them are ignored by git. */
export const folders = {
  cache: at('.cache'),
  stamps: at('.cache', 'setup'),
  electron: at('.electron'),
  python: at('.venv'),
  out: at('out'),
  dist: at('dist'),
  nodeModules: at('node_modules'),
}

/** The native addon that CMake makes. */
export const addonFile = at('native', 'build', 'enginesmith.node')

/**
 * The interpreter of a virtual environment.
 * @param {string} folder
 */
export const venvPython = (folder) => (process.platform === 'win32' ? path.join(folder, 'Scripts', 'python.exe') : path.join(folder, 'bin', 'python'))
