import { stat } from 'node:fs/promises'
import type { ShownEngine } from '../../../contract/engine-ipc'
import type { Core } from '../api'
import { artifactPath } from '../store/artifacts'
import { engineSubject } from './open'

/**
 * What is known of an engine before anything is done with it: from its header and its run alone.
 * @throws EnginesmithError as engineSubject does
 */
export async function shownEngine(core: Pick<Core, 'describeFile'>, given: string, signal = new AbortController().signal): Promise<ShownEngine> {
  const { file, header, flavour, run } = await engineSubject(given, signal)
  const described = await core.describeFile(file.path, { hash: 'none', signal })
  const onnx = run?.stages.convert.artifacts.find(({ kind }) => kind === 'onnx')
  const onnxPath = run === null || onnx === undefined ? null : artifactPath(given, onnx)
  return {
    path: given,
    file,
    flavour,
    version: header.version,
    targets: header.targets,
    runsHere: described.engine?.runsHere ?? 'unknown',
    reason: described.engine?.reason ?? '',
    run: run === null ? null : { id: run.id, folder: given, name: run.input.path },
    onnx: onnxPath !== null && (await stat(onnxPath).catch(() => null)) !== null ? onnxPath : null,
  }
}
