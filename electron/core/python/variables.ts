import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

/**
 * What a Python process may see of this one's environment. Everything else stays out: above all variables that change
 * what Python imports (PYTHONPATH, PYTHONSTARTUP, PYTHONHOME) or how far torch trusts a pickle.
 */
const passed = [
  /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TEMP|TMP|LANG|LANGUAGE|TZ)$/i,
  /^LC_/,
  /^(SYSTEMROOT|WINDIR|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|USERPROFILE|PROGRAMDATA|PROGRAMFILES.*|NUMBER_OF_PROCESSORS|PROCESSOR_.*)$/i,
  /^(LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|CUDA_.*|NVIDIA_.*|OMP_NUM_THREADS|MKL_NUM_THREADS|OPENBLAS_NUM_THREADS)$/,
  /^(PYTHONNOUSERSITE|XDG_CACHE_HOME|XDG_DATA_HOME|TORCH_HOME|CONDA_PREFIX|VIRTUAL_ENV)$/,
]

/** The environment of a Python process. @param importFolder the one folder added to Python's import path, if any */
export function pythonVariables(python: string, importFolder: string | null, from: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [name, value] of Object.entries(from)) {
    if (value !== undefined && passed.some((pattern) => pattern.test(name))) variables[name] = value
  }
  // A conda environment on Windows finds its libraries along PATH alone.
  if (process.platform === 'win32') {
    const folder = dirname(python)
    const path = Object.keys(variables).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
    variables[path] = [folder, join(folder, 'Library', 'bin'), join(folder, 'Scripts'), variables[path]].filter((part) => part !== undefined).join(delimiter)
  }
  if (importFolder !== null) variables['PYTHONPATH'] = importFolder
  // No .pyc files beside ours: their folder may be read-only, and its files are checked against a list.
  return { ...variables, PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1' }
}

/**
 * Puts every place that a program takes for the user's own into `folder`. Packages that the user installed for
 * themselves stay importable: their folder is read-only knowledge, not a secret.
 */
export function scratchVariables(folder: string, from: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const roaming = from['APPDATA']
  const base = process.platform === 'win32' ? (roaming === undefined ? undefined : join(roaming, 'Python')) : join(homedir(), '.local')
  const own = ['HOME', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'TMPDIR', 'TEMP', 'TMP', 'XDG_CACHE_HOME', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'TORCH_HOME']
  return { ...Object.fromEntries(own.map((name) => [name, folder])), ...(base === undefined ? {} : { PYTHONUSERBASE: base }) }
}
