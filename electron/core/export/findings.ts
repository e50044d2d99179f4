import type { ExportMetadata } from '../../../contract/export'
import type { Finding } from '../../../contract/finding'
import { stageNames, type RunFile } from '../../../contract/run'
import { EnginesmithError, makeFinding } from '../errors'

/**
 * An engine that was seen to answer nothing but zeros is not handed out.
 * @throws EnginesmithError REFIT_ALL_ZERO
 */
export function refuseZero(run: RunFile): void {
  const seen = [...run.findings, ...stageNames.flatMap((name) => run.stages[name].findings)].find(({ code }) => code === 'REFIT_ALL_ZERO')
  if (seen === undefined) return
  throw new EnginesmithError(
    'REFIT_ALL_ZERO',
    'The engine of this run was stripped of its weights and answered zeros: it is not taken away.',
    'Refit it first: enginesmith refit RUN --from FILE.onnx -o OUT.engine; or build it without --strip.',
    seen.evidence,
  )
}

/** What whoever takes the export should know. */
export function exportFindings(metadata: ExportMetadata): Finding[] {
  const { verdict, engine } = metadata
  const findings: Finding[] = []
  if (verdict !== 'pass') {
    const failed = verdict === 'fail'
    findings.push(
      makeFinding(
        'EXPORT_NOT_PROVEN',
        'warning',
        failed
          ? 'What is taken away failed its validation: its outputs are not those of the model.'
          : 'What is taken away was not judged: nobody knows yet whether its outputs are those of the model.',
        'Validate the run on a machine that runs the engine (enginesmith validate RUN) and export it again.',
        { verdict },
      ),
    )
  }
  if (engine?.stripped === true && verdict !== 'pass') {
    findings.push(
      makeFinding(
        'REFIT_ALL_ZERO',
        'warning',
        'The engine holds no weights: until it is refitted every output is zero, and no error says so.',
        'Refit it before it is used: enginesmith refit ENGINE --from FILE.onnx -o OUT.engine. The runners refuse outputs that are all zero.',
        { stripped: true },
      ),
    )
  }
  if (engine?.hostCode === true) {
    findings.push(
      makeFinding(
        'ENGINE_HOST_CODE',
        'info',
        'The engine is version compatible and carries code for the CPU; the runners load that only with --allow-host-code.',
        'Add --allow-host-code where the export comes from a source that you trust.',
        { sha256: metadata.model.sha256 },
      ),
    )
  }
  return findings
}
