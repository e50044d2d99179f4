import type { ModelFile } from '../../../contract/run'
import type { RandomFile } from '../files/random-file'
import type { Zip } from '../files/zip'
import type { EngineHost } from '../api'
import type { LibraryVersions } from './engine-here'

/** A file that is being looked at: opened once, its beginning read, its zip listing made where it is one. */
export interface Subject {
  file: RandomFile
  /** The first bytes, at most 4,096. */
  start: Buffer
  zip: Zip | null
  signal?: AbortSignal
  /** Asked whether this machine's GPU runs an engine; absent: unknown. */
  host?: EngineHost
  /** Which of NVIDIA's libraries are here; absent: not looked for. */
  versions?: () => Promise<LibraryVersions>
}

/** What a format says of a file; the rest of `ModelFile` is the same for all. */
export type Description = Pick<ModelFile, 'format'> & Partial<Pick<ModelFile, 'signature' | 'tensors' | 'pickle' | 'engine' | 'facts' | 'findings'>>

/** One format: `match` looks at the content alone, `describe` never loads and never runs. */
export interface Format {
  match(subject: Subject): boolean | Promise<boolean>
  describe(subject: Subject): Promise<Description>
}

/** The member of a zip called so in its one top folder, as torch lays out its archives, or at the root. */
export function memberNamed(zip: Zip, name: string): { name: string; folder: string } | null {
  for (const member of zip.members.keys()) {
    if (member === name) return { name: member, folder: '' }
    if (member.endsWith(`/${name}`) && !member.slice(0, -name.length - 1).includes('/')) return { name: member, folder: member.slice(0, -name.length) }
  }
  return null
}
