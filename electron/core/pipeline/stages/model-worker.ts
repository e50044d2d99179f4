import type { ModelSource } from '../../../../contract/worker'
import type { ModelFile } from '../../../../contract/run'
import type { PythonWorker } from '../../api'
import { EnginesmithError } from '../../errors'
import { sha256File } from '../../files/hash'
import { isolation } from '../../trust/isolation'
import { classUnconfirmed } from '../../trust/model-class'
import type { Granted } from '../../trust/names'
import { refuseUntrusted, trustFindings } from '../../trust/refuse'
import { pickledFormats, withSecondOpinion } from '../../trust/second-opinion'
import type { StageContext, StageInputs, StageServices } from '../stage'
import { modelSource } from './source'

/**
 * The worker that may load this run's file, and how: a throw-away one for a file that is trusted once, else the user's.
 * The file is looked at anew first, since what run.json says of it may come from elsewhere: its content must be the one
 * that trust was given to, and its pickles are scanned once more by both scanners.
 * @throws EnginesmithError as refusing does; FILE_CHANGED, LOAD_CLASS_UNCONFIRMED
 */
export async function modelWorker(
  inputs: Pick<StageInputs, 'file' | 'recipe' | 'folder'>,
  services: StageServices,
  context: StageContext,
): Promise<{ worker: PythonWorker; source: ModelSource }> {
  const { file, folder } = inputs
  if (!services.trust.classConfirmed(inputs.recipe.load)) throw classUnconfirmed(inputs.recipe.load)
  const granted = services.trust.granted(file, folder)
  if (pickledFormats.has(file.format)) {
    context.progress({ phase: 'Scanning the pickle', fraction: null })
    await scanAgain(file, granted, context)
    for (const finding of trustFindings(file, granted, await isolation())) context.report(finding)
  }
  context.progress({ phase: 'Starting Python', fraction: null })
  const worker = granted.once ? await context.pythons.isolated(folder) : await context.pythons.user()
  return { worker, source: modelSource(inputs, services) }
}

async function scanAgain(file: ModelFile, granted: Granted, context: StageContext): Promise<void> {
  const now = await context.describeFile(file.path, { signal: context.signal, hash: 'none' })
  const { file: seen, unheard } = await withSecondOpinion({ ...now, sha256: file.sha256 }, context.pythons, context.signal)
  if (unheard !== null) context.log('info', 'load', `Picklescan did not look at the file (${unheard}); our own listing stands alone.`)
  refuseUntrusted(seen, granted)
  if (granted.names.length === 0 && !granted.once) return
  // Trust belongs to one content.
  if ((await sha256File(file.path, context.signal)) === file.sha256) return
  throw new EnginesmithError(
    'FILE_CHANGED',
    `${file.path} is not the file that was trusted: its content has changed.`,
    'Start a new run for the changed file and look at it again.',
    { path: file.path, expected: file.sha256 },
  )
}
