import { execa } from 'execa'
import { readFile, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'
import type { PythonEnvironment } from '../../../contract/environment'
import { pythonVariables } from './variables'

/** Prints the version and where packages lie, one a line; nothing is imported but what every Python has loaded. */
const question = [
  'import sys, site, sysconfig',
  'print("enginesmith-python", sys.version.split()[0])',
  'paths = list(site.getsitepackages()) + [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]',
  'paths += [site.getusersitepackages()] if site.ENABLE_USER_SITE else []',
  // Folders that a .pth file adds hold packages as well; Python's own library does not.
  'own = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}',
  'paths += [path for path in sys.path if path and path not in own and not path.endswith((".zip", "lib-dynload"))]',
  'sys.stdout.flush()',
  'sys.stdout.buffer.write("\\n".join(dict.fromkeys(paths)).encode("utf-8"))',
].join('\n')

interface Known {
  stamp: string
  version: string | null
  sites: string[]
  packages: Record<string, string>
  reason: string | null
}

const cache = new Map<string, Known>()

/** Times of everything whose change may mean other packages: the program, its `pyvenv.cfg`, its package folders. */
async function stampOf(path: string, sites: readonly string[]): Promise<string> {
  const target = await realpath(path).catch(() => path)
  const watched = [path, target, join(dirname(dirname(path)), 'pyvenv.cfg'), ...sites]
  const times = await Promise.all(
    watched.map((each) =>
      stat(each).then(
        (info) => `${info.mtimeMs}/${info.size}`,
        () => '-',
      ),
    ),
  )
  return times.join(' ')
}

/**
 * What a Python is, without importing any package: its own word for version and package folders, then the folders'
 * metadata. Remembered until one of these changes. `reason` says why it cannot be used, else it is null.
 */
export async function probePython(path: string, source: PythonEnvironment['source'], timeoutMs = 10_000): Promise<PythonEnvironment> {
  const known = cache.get(path)
  let current = known
  if (known === undefined || known.reason !== null || known.stamp !== (await stampOf(path, known.sites))) {
    const asked = await ask(path, timeoutMs)
    const packages = asked.reason === null ? await listPackages(asked.sites) : {}
    current = { ...asked, packages, stamp: await stampOf(path, asked.sites) }
    cache.set(path, current)
  }
  return { path, source, version: current?.version ?? null, packages: current?.packages ?? {}, reason: current?.reason ?? null }
}

/** Folders in which a probed Python finds its packages, in its own order. */
export function sitesOf(path: string): string[] {
  return cache.get(path)?.sites ?? []
}

async function ask(path: string, timeoutMs: number): Promise<{ version: string | null; sites: string[]; reason: string | null }> {
  const no = (reason: string): { version: null; sites: string[]; reason: string } => ({ version: null, sites: [], reason })
  const info = await stat(path).catch(() => null)
  if (info === null) return no('there is no such file')
  if (!info.isFile()) return no('it is not a program')
  // From the root of the disk: Python would import modules lying in the folder it is started in.
  const result = await execa(path, ['-c', question], {
    reject: false,
    timeout: timeoutMs,
    forceKillAfterDelay: 500,
    extendEnv: false,
    env: pythonVariables(path, null),
    cwd: parse(path).root,
    stdin: 'ignore',
    maxBuffer: 1_000_000,
    windowsHide: true,
  })
  if (result.timedOut) return no(`it did not answer within ${timeoutMs / 1000} s`)
  const lines = (result.stdout ?? '').split(/\r?\n/)
  const version = /^enginesmith-python (\d+\.\d+\.\S+)$/.exec(lines[0] ?? '')?.[1]
  if (result.failed && result.exitCode === undefined) return no(`it cannot be started (${result.code ?? result.signal ?? 'unknown reason'})`)
  if (version === undefined || result.exitCode !== 0) {
    const said = (result.stderr || result.stdout || '').trim().split(/\r?\n/).at(-1)?.slice(0, 200) ?? ''
    return no(`it does not behave like a Python (exit code ${result.exitCode ?? result.signal ?? '?'}${said === '' ? '' : `: ${said}`})`)
  }
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 3 || (major === 3 && minor < 9)) return { version, sites: [], reason: `Python ${version} is too old, 3.9 or newer is needed` }
  return { version, sites: lines.slice(1).filter((line) => line !== ''), reason: null }
}

/** Names (lower case, dashes) and versions of the packages in these folders; the first folder wins, as in an import. */
async function listPackages(sites: readonly string[]): Promise<Record<string, string>> {
  const packages: Record<string, string> = {}
  for (const site of sites) {
    for (const entry of await readdir(site).catch(() => [])) {
      if (!/\.(dist|egg)-info$/.test(entry)) continue
      const file = join(site, entry, entry.endsWith('.dist-info') ? 'METADATA' : 'PKG-INFO')
      const found = await readNameAndVersion(file)
      if (found !== null) packages[found.name] ??= found.version
    }
  }
  return Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)))
}

async function readNameAndVersion(file: string): Promise<{ name: string; version: string } | null> {
  // A folder left behind by an uninstall has no such file.
  const text = await readFile(file, 'utf8').catch(() => null)
  const name = text === null ? undefined : /^Name:\s*(\S+)/m.exec(text)?.[1]
  const version = text === null ? undefined : /^Version:\s*(\S+)/m.exec(text)?.[1]
  return name === undefined || version === undefined ? null : { name: name.toLowerCase().replace(/[-_.]+/g, '-'), version }
}

/** torch's CUDA version as its own file states it; null for a build without, or where it cannot be read. */
export async function torchCuda(python: string): Promise<string | null> {
  for (const site of sitesOf(python)) {
    const text = await readFile(join(site, 'torch', 'version.py'), 'utf8').catch(() => null)
    if (text !== null) return /^cuda[^=]*=\s*'([^']+)'/m.exec(text)?.[1] ?? null
  }
  return null
}
