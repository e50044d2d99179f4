import { basename } from 'node:path'
import type { EngineHeader } from '../../../contract/engine'
import type { ExportMetadata } from '../../../contract/export'
import { exportMetadataSchema } from '../../../contract/export'
import type { Tolerance } from '../../../contract/recipe'
import type { Artifact, BuildCard, RunFile } from '../../../contract/run'
import type { TensorSpec } from '../../../contract/tensor'
import { carriesHostCode, isStripped } from '../engines/card-facts'
import { judgedFor } from '../pipeline/precision'
import { defaultTolerance, dtypeTolerance, toleranceTable } from '../verdict'

/** What is written as `enginesmith.json`. */
export function metadataOf(
  run: RunFile,
  card: BuildCard,
  made: { model: Artifact; file: string; header: EngineHeader | null; onnx: Artifact | null; sampleOutputsFrom: ExportMetadata['sampleOutputsFrom'] },
): ExportMetadata {
  const { convert, load, validate } = run.cards
  const signature = convert?.signature ?? load?.signature ?? run.input.signature
  const outputs = signature?.outputs ?? []
  const proven = judged(run, made.model)
  return exportMetadataSchema.parse({
    kind: 'enginesmith-export',
    version: 1,
    app: run.app,
    model: { file: made.file, backend: card.backend, sha256: made.model.sha256, bytes: made.model.bytes },
    engine:
      card.backend === 'onnxruntime'
        ? null
        : {
            flavour: card.backend,
            version: made.header?.version ?? card.libraryVersion,
            targets: card.targets.length > 0 ? card.targets : (made.header?.targets ?? []),
            hostCode: carriesHostCode(card),
            stripped: isStripped(card),
          },
    inputs: signature?.inputs ?? [],
    outputs,
    profiles: card.profiles,
    preprocessing: made.header?.metadata ?? imagesOf(load) ?? null,
    tolerances: tolerancesOf(run, card, outputs),
    sampleOutputsFrom: made.sampleOutputsFrom,
    source: { name: basename(run.input.path), format: run.input.format, sha256: run.input.sha256 },
    onnxSha256: made.onnx?.sha256 ?? null,
    verdict: proven ? run.verdict : null,
    comparisons: proven ? run.comparisons : [],
    recipe: run.recipe,
    environment: validate?.judgedOn ?? run.environment,
  })
}

/** How the run's images became its inputs. */
function imagesOf(load: RunFile['cards']['load']): ExportMetadata['preprocessing'] {
  return load?.images === undefined ? null : { images: load.images }
}

/** A verdict counts for the very file that was judged. ONNX Runtime has no engine: the ONNX file of the run is what was. */
function judged(run: RunFile, model: Artifact): boolean {
  const card = run.cards.validate
  return card !== null && !run.stages.validate.stale && (card.engineSha256 ?? model.sha256) === model.sha256
}

/** By which each output was judged; where it was not, by which it would be. */
function tolerancesOf(run: RunFile, card: BuildCard, outputs: readonly TensorSpec[]): Record<string, Tolerance> {
  const [options, precision] = judgedFor(run.recipe.validate, run.cards.convert?.precision ?? null, card)
  const table = toleranceTable([...outputs], options, precision)
  return Object.fromEntries(
    outputs.map(({ name, dtype }) => {
      const otherwise = defaultTolerance(dtype, precision) ?? dtypeTolerance(dtype)
      return [name, { atol: table[name]?.atol ?? otherwise.atol, rtol: table[name]?.rtol ?? otherwise.rtol }]
    }),
  )
}
