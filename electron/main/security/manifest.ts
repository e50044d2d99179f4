import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { EnginesmithError } from '../../core/errors'

/** Written when the app is packed, and kept inside the asar: files beside the asar by their path, each with its SHA-256. */
const manifestSchema = z.object({ files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)) })

/**
 * Checks the native module and the Python files, which lie outside the asar and run as code, against the manifest.
 * @throws ADDON_UNUSABLE naming every file that is missing or not as it was packed.
 */
export async function verifyResources(manifestFile: string, resources: string): Promise<void> {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(manifestFile, 'utf8')))
  const checks = await Promise.all(
    Object.entries(manifest.files).map(async ([name, sha256]) => ({ name, ok: (await hashOf(path.join(resources, name))) === sha256 })),
  )
  const changed = checks.filter((check) => !check.ok).map((check) => check.name)
  if (changed.length === 0) return
  throw new EnginesmithError(
    'ADDON_UNUSABLE',
    `${changed.length} of the program's files are not as they were installed: ${changed.slice(0, 5).join(', ')}`,
    'Install Enginesmith again; nothing of a changed file is run.',
    { files: changed },
  )
}

async function hashOf(file: string): Promise<string | null> {
  try {
    return createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
  } catch {
    return null
  }
}
