import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

type Variables = Record<string, string | undefined>

/**
 * The folder that relative paths of a call start from. `npm run` moves to the clone's root and says in `INIT_CWD`
 * where the person stood; an installed `enginesmith` stands where it was called.
 */
export function startFolder(environment: Variables, cwd: string, packaged: boolean): string {
  const said = environment['INIT_CWD']
  return !packaged && said ? said : cwd
}

/** Makes a path of a flag absolute. A leading `~` is the shell's business, not ours. */
export const absolute = (start: string, given: string): string => path.resolve(start, given)

/**
 * The app's data folder, where Electron would put it: settings and runs are the same in both.
 * `ENGINESMITH_DATA` names another one.
 */
export function dataFolder(environment: Variables, platform: NodeJS.Platform = process.platform, home: string = os.homedir()): string {
  const said = environment['ENGINESMITH_DATA']
  if (said) return path.resolve(said)
  if (platform === 'win32') return path.win32.join(environment['APPDATA'] ?? path.win32.join(home, 'AppData', 'Roaming'), 'Enginesmith')
  if (platform === 'darwin') return path.posix.join(home, 'Library', 'Application Support', 'Enginesmith')
  return path.posix.join(environment['XDG_CONFIG_HOME'] || path.posix.join(home, '.config'), 'Enginesmith')
}

/** A program by its path, or by a bare name that is looked up along PATH as a shell would; absolute either way. */
export function programPath(start: string, given: string, environment: Variables): string {
  const here = absolute(start, given)
  if (/[/\\]/.test(given) || fs.existsSync(here)) return here
  const endings = process.platform === 'win32' ? ['', '.exe'] : ['']
  const folders = (environment['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '')
  const found = folders.flatMap((folder) => endings.map((ending) => path.join(folder, given + ending))).find(isExecutable)
  return found ?? here
}

function isExecutable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK)
    return fs.statSync(file).isFile()
  } catch {
    return false
  }
}
