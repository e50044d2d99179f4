import type { ModelFile } from '../../../contract/run'
import type { PythonWorkers } from '../api'
import { isolation } from './isolation'
import type { Granted } from './names'
import { openFindings, refuseUntrusted, trustFindings } from './refuse'
import { pickledFormats } from './second-opinion'

/**
 * Opens a pickled file under the trust that was given for it, so that what came out can be told: the file with its
 * tensors as loaded, its class, and what was trusted in place of what would be refused. A format that is no pickle of
 * Python's own comes back as it is.
 * @throws EnginesmithError as refusing and loading do
 */
export async function lookInside(
  file: ModelFile,
  granted: Granted,
  { pythons, project, signal }: { pythons: PythonWorkers; project: string | null; signal?: AbortSignal },
): Promise<ModelFile> {
  if (!pickledFormats.has(file.format)) return file
  refuseUntrusted(file, granted)
  const worker = granted.once ? await pythons.isolated(file.path) : await pythons.user()
  try {
    const source = { path: file.path, format: file.format, model: null, modelArgs: null, project, allowGlobals: granted.names, trusted: granted.once }
    const seen = await worker.call('look', { source }, { signal })
    return {
      ...file,
      tensors: seen.tensors.length > 0 ? seen.tensors : file.tensors,
      facts: { ...file.facts, ...(seen.modelClass === null ? {} : { class: seen.modelClass }), parameters: String(seen.parameters) },
      findings: [...openFindings(file, granted), ...trustFindings(file, granted, await isolation())],
    }
  } finally {
    await pythons.endIsolated(file.path)
  }
}
