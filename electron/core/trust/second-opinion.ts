import type { ModelFile } from '../../../contract/run'
import type { WorkerResult } from '../../../contract/worker'
import type { PythonWorkers } from '../api'
import { throwIfCancelled } from '../cancelled'
import { EnginesmithError, isAbort } from '../errors'
import { allowedByTorch } from '../formats/pickle/generated/globals'
import { pickleFindings } from '../formats/pickle-scan'

/** Formats whose pickles Python itself would load. */
export const pickledFormats = new Set<ModelFile['format']>(['state-dict', 'checkpoint', 'pickled-module'])
/** Picklescan's time; what it has not said by then, our own listing has to answer for. */
const timeLimitMs = 20_000
const order = ['nothing-found', 'suspicious', 'scan-failed', 'dangerous'] as const

export interface SecondOpinion {
  file: ModelFile
  /** Why picklescan said nothing; null where it did, or where there is nothing to scan. */
  unheard: string | null
}

/**
 * Asks picklescan, in the managed Python, about a file that our own listing has already graded. The worse of the two
 * verdicts holds. Where picklescan cannot be had, ours stands alone.
 */
export async function withSecondOpinion(file: ModelFile, pythons: PythonWorkers, signal?: AbortSignal): Promise<SecondOpinion> {
  const { pickle } = file
  if (pickle === null || !pickledFormats.has(file.format) || pickle.verdict === 'dangerous') return { file, unheard: null }
  try {
    const limit = AbortSignal.timeout(timeLimitMs)
    const worker = await pythons.managed()
    const told = await worker.call(
      'scan',
      { path: file.path, allowed: [...allowedByTorch] },
      { signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) },
    )
    return { file: taken(file, pickle, told), unheard: null }
  } catch (error) {
    throwIfCancelled(signal)
    if (isAbort(error)) return { file, unheard: `picklescan did not finish within ${timeLimitMs / 1000} s` }
    if (error instanceof EnginesmithError) return { file, unheard: error.message }
    throw error
  }
}

function taken(file: ModelFile, pickle: NonNullable<ModelFile['pickle']>, told: WorkerResult<'scan'>): ModelFile {
  // `suspicious` there means names that this torch does not know: what ours lists, too.
  if (told.verdict !== 'dangerous' && told.verdict !== 'scan-failed') return file
  if (order.indexOf(told.verdict) <= order.indexOf(pickle.verdict)) return file
  const dangerous = told.dangerous ?? []
  const graded = { ...pickle, verdict: told.verdict, dangerous, unsafe: [...new Set([...pickle.unsafe, ...dangerous])].sort() }
  const own = new Set(['LOAD_DANGEROUS_PICKLE', 'LOAD_SCAN_FAILED', 'LOAD_UNSAFE_GLOBALS'])
  const why = told.verdict === 'scan-failed' ? ['picklescan could not follow it to its end'] : []
  return {
    ...file,
    pickle: graded,
    findings: [...pickleFindings(file.path, graded, why), ...file.findings.filter((finding) => !own.has(finding.code))],
  }
}
