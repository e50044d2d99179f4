import { drillFigures, type DrillDocument, type SheetDocument } from '../../../contract/engine-sheet'
import type { DiffDocument, LayersDocument, Statistics, TimeDocument } from '../../../contract/engine-work'
import { csv, type CsvCell } from './csv'

/** A document of work on engines, told apart by the verb that makes it. */
export type EngineDocument =
  | { kind: 'layers'; document: LayersDocument }
  | { kind: 'diff'; document: DiffDocument }
  | { kind: 'time'; document: TimeDocument }
  | { kind: 'drill'; document: DrillDocument }
  | { kind: 'sheet'; document: SheetDocument }

/** The whole document, or its table. */
export function renderEngine(known: EngineDocument, format: 'json' | 'csv'): string {
  if (format === 'json') return `${JSON.stringify(known.document, null, 2)}\n`
  switch (known.kind) {
    case 'layers':
      return layersCsv(known.document)
    case 'diff':
      return diffCsv(known.document)
    case 'time':
      return timeCsv(known.document)
    case 'drill':
      return drillCsv(known.document)
    case 'sheet':
      return sheetCsv(known.document)
  }
}

/** The file that a document is about, for a name to propose. */
export function engineFileName({ kind, document }: EngineDocument): string {
  const file = kind === 'diff' ? document.a : kind === 'drill' || kind === 'sheet' ? document.onnx : document.engine
  return file?.path ?? ''
}

const layersCsv = ({ layers }: LayersDocument): string =>
  csv(
    ['name', 'type', 'precision', 'tactic', 'onnxNodes', 'meanMs', 'medianMs', 'share'],
    layers.map(({ name, type, precision, tactic, onnxNodes, ms }) => [
      ...[name, type, precision, tactic, onnxNodes.join('; ')],
      ...[ms?.mean ?? null, ms?.median ?? null, ms?.share ?? null],
    ]),
  )

const diffCsv = ({ rows }: DiffDocument): string =>
  csv(
    ['state', 'changed', 'onnxNodes', 'aLayers', 'bLayers', 'aPrecisions', 'bPrecisions', 'msDifference'],
    rows.map(({ state, changed, onnxNodes, a, b, msDifference }) => [
      ...[state, changed.join('; '), onnxNodes.join('; '), a.map(({ name }) => name).join('; '), b.map(({ name }) => name).join('; ')],
      ...[a.map(({ precision }) => precision ?? '').join('; '), b.map(({ precision }) => precision ?? '').join('; '), msDifference],
    ]),
  )

const measures = ['gpu', 'host', 'h2d', 'd2h', 'enqueue', 'latency'] as const
const figures = ['min', 'median', 'mean', 'p90', 'p95', 'p99', 'max'] as const satisfies ReadonlyArray<keyof Statistics>

const timeCsv = ({ rows, best }: TimeDocument): string =>
  csv(
    [
      'profile',
      'shapes',
      'batch',
      'cudaGraph',
      'iterations',
      'throughput',
      'best',
      'warnings',
      ...measures.flatMap((name) => figures.map((of) => `${name}.${of}`)),
    ],
    rows.map((row, index) => [
      row.profile,
      Object.entries(row.shapes)
        .map(([name, sizes]) => `${name}:${sizes.join('x')}`)
        .join('; '),
      ...[row.batch, row.cudaGraph, row.iterations, row.throughput, index === best, row.warnings.join('; ')],
      ...measures.flatMap((name): CsvCell[] => figures.map((of) => row[name][of])),
    ]),
  )

const drillCsv = ({ steps }: DrillDocument): string =>
  csv(
    [
      'step',
      'verdict',
      'reason',
      'seconds',
      'bytesWith',
      'bytesWithout',
      'flagsWith',
      'flagsWithout',
      'weightsSet',
      'weightsTotal',
      'gpuMs',
      'latencyMs',
      'zeros',
      ...drillFigures.map((figure) => `${figure}OfFull`),
    ],
    steps.map((step) => [
      ...[step.step, step.verdict, step.reason, step.seconds, step.bytesWith, step.bytesWithout],
      ...[step.flagsWith.join('; '), step.flagsWithout.join('; '), step.weights?.set ?? null, step.weights?.total ?? null, step.gpuMs],
      ...[step.latencyMs, step.zeros, ...drillFigures.map((figure) => step.ofFull[figure])],
    ]),
  )

const sheetCsv = ({ rows }: SheetDocument): string =>
  csv(
    [
      'backend',
      'version',
      'targets',
      'buildSeconds',
      'bytes',
      'firstRunMs',
      'warmStartMs',
      'gpuMedianMs',
      'latencyMedianMs',
      'latencyP99Ms',
      'verdict',
      'maxAbs',
      'why',
    ],
    rows.map((row) => [
      ...[row.backend, row.version, row.targets.join('; '), row.buildSeconds, row.engine?.bytes ?? null, row.firstRunMs, row.warmStartMs],
      ...[row.gpu?.median ?? null, row.latency?.median ?? null, row.latency?.p99 ?? null, row.verdict],
      ...[largest(row.comparisons.map(({ maxAbs }) => maxAbs)), row.notBuilt ?? row.notRun],
    ]),
  )

function largest(values: ReadonlyArray<number | null>): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}
