import { EnginesmithError } from '../errors'

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

/** Turns what the system said about reading `path` into a finding a person can act on; anything else passes through. */
export function readError(error: unknown, path: string): unknown {
  if (error instanceof EnginesmithError) return error
  const evidence = { path, system: codeOf(error) }
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new EnginesmithError('FILE_NOT_FOUND', `There is no file at ${path}.`, 'Check the path, or choose the file again.', evidence)
    case 'EISDIR':
      return directoryError(path)
    case 'EACCES':
    case 'EPERM':
      return new EnginesmithError(
        'FILE_UNREADABLE',
        `This account may not read ${path}.`,
        'Ask for read permission (chmod u+r), or copy the file to a folder of your own.',
        evidence,
      )
    case 'ENAMETOOLONG':
      return new EnginesmithError(
        'PATH_TOO_LONG',
        `The path is longer than this system allows: ${path}`,
        'Shorten the name, or move the file nearer to the root.',
        evidence,
      )
    case 'EIO':
    case 'ESTALE':
    case 'ELOOP':
    case 'EBUSY':
    case 'ENXIO':
    case 'ENODEV':
      return new EnginesmithError(
        'FILE_UNREADABLE',
        `The system could not read ${path} (${codeOf(error)}).`,
        'Check the disk or network share, then try again with a local copy.',
        evidence,
      )
    case 'EMFILE':
    case 'ENFILE':
      return new EnginesmithError('FILE_UNREADABLE', 'Too many files are open on this system.', 'Close other programs and try again.', evidence)
    default:
      return error
  }
}

/** Turns what the system said about writing `path` into a finding. */
export function writeError(error: unknown, path: string): unknown {
  if (error instanceof EnginesmithError) return error
  const evidence = { path, system: codeOf(error) }
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new EnginesmithError('DISK_FULL', `There is no room left to write ${path}.`, 'Free some space, or choose a folder on another disk.', evidence)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
      return new EnginesmithError(
        'OUT_NOT_WRITABLE',
        `${path} cannot be written (${codeOf(error)}).`,
        'Choose a folder that exists and that this account may write to.',
        evidence,
      )
    case 'ENAMETOOLONG':
      return new EnginesmithError('PATH_TOO_LONG', `The path is longer than this system allows: ${path}`, 'Choose a shorter name or folder.', evidence)
    default:
      return error
  }
}

export function directoryError(path: string): EnginesmithError {
  return new EnginesmithError('FILE_IS_DIRECTORY', `${path} is a folder, not a file.`, 'Choose the model file inside it.', { path })
}

export function changedError(path: string): EnginesmithError {
  return new EnginesmithError(
    'FILE_CHANGED',
    `${path} changed or went away while it was being read.`,
    'Wait until whatever writes it is done, then try again.',
    { path },
  )
}

export function truncatedError(path: string, what: string, evidence: Record<string, number | string> = {}): EnginesmithError {
  return new EnginesmithError(
    'FILE_TRUNCATED',
    `${path} ends too early: ${what}.`,
    'The copy or download was cut off. Get the file again and compare its size with the original.',
    { path, ...evidence },
  )
}
