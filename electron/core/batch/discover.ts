import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { throwIfCancelled } from '../cancelled'
import { EnginesmithError } from '../errors'

/** Folders that hold tools and caches, never somebody's models. */
const skippedFolders = new Set(['.git', '.hg', '.svn', 'node_modules', '__pycache__', '.venv', '.tox', '.ipynb_checkpoints'])
/** More than this is somebody's home folder, dropped by mistake. */
const maxFiles = 200_000
const maxDepth = 64

export interface FoundFile {
  path: string
  /** The path below the folder that it was found in, with forward slashes. */
  name: string
  bytes: number
}

/** Something that is not looked into, and why. */
export interface Passed {
  path: string
  name: string
  reason: string
}

export interface Discovery {
  files: FoundFile[]
  passed: Passed[]
}

/**
 * Every regular file at or below the given places, sorted, each once however often it is reached. Links to folders are
 * not followed, except where they were given themselves: a link upwards would never end, and one elsewhere would bring in
 * what nobody dropped. Links to files are followed, since model hubs keep their files so. Pipes and devices are never opened.
 * @param leaveOut folders that are not entered, such as the one the results go to
 * @throws EnginesmithError FILE_NOT_FOUND for a given place that is not there; CANCELLED
 */
export async function discover(
  sources: readonly string[],
  { leaveOut = [], signal }: { leaveOut?: readonly string[]; signal?: AbortSignal } = {},
): Promise<Discovery> {
  const walk = new Walk(new Set(leaveOut.map((folder) => resolve(folder))), signal)
  for (const source of sources) await walk.source(resolve(source))
  const byName = (a: { name: string; path: string }, b: { name: string; path: string }): number =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : a.path < b.path ? -1 : 1
  return { files: walk.files.sort(byName), passed: walk.passed.sort(byName) }
}

class Walk {
  readonly files: FoundFile[] = []
  readonly passed: Passed[] = []
  /** Real paths that were taken. */
  private readonly seen = new Set<string>()

  constructor(
    private readonly leaveOut: ReadonlySet<string>,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async source(path: string): Promise<void> {
    const stats = await stat(path).catch(() => null)
    if (stats === null) throw new EnginesmithError('FILE_NOT_FOUND', `There is nothing at ${path}.`, 'Check the path, or choose the files again.', { path })
    if (stats.isDirectory()) await this.folder(path, path, 0)
    else await this.entry(path, dirname(path))
  }

  private async folder(folder: string, root: string, depth: number): Promise<void> {
    throwIfCancelled(this.signal)
    const real = await realpath(folder).catch(() => folder)
    if (this.seen.has(real)) return
    this.seen.add(real)
    const name = (path: string): string => relative(root, path).split(sep).join('/') || basename(path)
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      this.passed.push({ path: folder, name: name(folder), reason: `the folder cannot be read (${String((error as NodeJS.ErrnoException).code)})` })
      return []
    })
    const names = new Set(entries.map((entry) => entry.name))
    // What this program wrote itself is results, not models.
    if (depth > 0 && ((names.has('run.json') && names.has('artifacts')) || (names.has('batch.json') && names.has('runs')))) return
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name)
      if (!entry.isDirectory()) await this.entry(path, root)
      else if (depth >= maxDepth) this.passed.push({ path, name: name(path), reason: 'it lies too deep' })
      else if (!skippedFolders.has(entry.name) && !this.leaveOut.has(resolve(path))) await this.folder(path, root, depth + 1)
    }
  }

  private async entry(path: string, root: string): Promise<void> {
    throwIfCancelled(this.signal)
    const name = relative(root, path).split(sep).join('/') || basename(path)
    const link = await lstat(path).catch(() => null)
    const stats = await stat(path).catch(() => null)
    const pass = (reason: string): void => void this.passed.push({ path, name, reason })
    if (stats === null) return pass(link?.isSymbolicLink() === true ? 'the link leads nowhere' : 'it cannot be looked at')
    if (stats.isDirectory()) return pass('links to folders are not followed')
    if (!stats.isFile()) return pass('it is no regular file')
    const real = await realpath(path).catch(() => path)
    if (this.seen.has(real)) return
    this.seen.add(real)
    if (this.files.length >= maxFiles) {
      throw new EnginesmithError('USAGE', `There are more than ${maxFiles} files below ${root}.`, 'Choose a smaller folder, one that holds the models.', {
        root,
      })
    }
    this.files.push({ path, name, bytes: stats.size })
  }
}
