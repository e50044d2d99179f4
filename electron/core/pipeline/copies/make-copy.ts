import { rename, rm, stat } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import type { Copy, CopyTarget } from '../../../../contract/copy'
import type { Finding } from '../../../../contract/finding'
import { needSpace, writing } from '../../disk'
import { sha256File } from '../../files/hash'
import { makeContext, type ContextParts } from '../stage-context'
import { refuseTarget, writers, type CopyRequest } from './targets'

export interface MakeCopy extends Omit<CopyRequest, 'out'>, Omit<ContextParts, 'report' | 'services'> {
  target: CopyTarget
  /** Absolute; appears whole or not at all. */
  path: string
}

/** Weights as text take nine bytes for four. */
const textFactor = 2.3

/**
 * Writes the model as another kind of file to where the user wants it, and compares what came out where it can run.
 * @throws EnginesmithError as the target's own writer does; OUT_NOT_WRITABLE, DISK_FULL
 */
export async function makeCopy({ target, path, inputs, services, shapes, scratch, ...how }: MakeCopy): Promise<Copy> {
  refuseTarget(inputs.file.format, target)
  const findings: Finding[] = []
  const context = makeContext({ ...how, services, scratch, report: (finding) => findings.push(finding) })
  await needSpace(dirname(path), inputs.file.bytes * (target === 'wts' ? textFactor : 1), `Writing ${basename(path)}`)
  // Beside its place, so that a file of many gigabytes is written once and appears by rename.
  const out = join(dirname(path), `.tmp-${process.pid}-${randomBytes(4).toString('hex')}.${endings[target]}`)
  try {
    const written = await writers[target]({ inputs, services, out, shapes }, context)
    context.progress({ phase: 'Hashing the file', fraction: null })
    const sha256 = await sha256File(out, how.signal)
    const { size: bytes } = await stat(out)
    await writing(path, () => rename(out, path))
    return { target, path, sha256, bytes, at: new Date().toISOString(), findings, ...written }
  } finally {
    await rm(out, { force: true }).catch(() => undefined)
  }
}

/** What users call such files. */
export const endings: Record<CopyTarget, string> = { torchscript: 'pt', 'exported-program': 'pt2', safetensors: 'safetensors', wts: 'wts' }
