import type { BatchDocument, CompareDocument, InspectDocument, MakeDocument, RunDocument } from '../../../contract/documents'
import type { DoctorDocument } from '../../../contract/environment'
import type { Ready } from '../../../contract/ready'
import type { ExportDocument } from '../../../contract/export'
import type { Finding } from '../../../contract/finding'
import type { Artifact, Comparison, Hop } from '../../../contract/run'
import { stageNames } from '../../../contract/run'
import type { EngineUse } from '../../../contract/run-options'
import type { TensorSpec } from '../../../contract/tensor'
import type { Text } from '../text'

const order = { error: 0, warning: 1, info: 2 } as const

/** Findings, the gravest first: what, what to do, and the core's own words where they say more. */
export function findingLines(findings: readonly Finding[], text: Text): string[] {
  return [...findings]
    .sort((a, b) => order[a.severity] - order[b.severity])
    .flatMap((finding) => {
      const { title, message, remedy, original } = text.told(finding)
      return [
        `${text.words.severity[finding.severity]} ${finding.code}${title ? ` ${title}` : ''}: ${message}`,
        `  ${text.words.remedy}: ${remedy}`,
        ...(original?.split('\n').map((line) => `    ${line}`) ?? []),
        ...keysIn(finding, text),
        ...namesIn(finding),
      ]
    })
}

/** Keys on which weights and class disagree, with what each side has under them. */
function keysIn(finding: Finding, text: Text): string[] {
  return text.keys(finding, 12).flatMap(({ kind, title, inFile, inClass, rows, more }) => [
    `  ${title}:`,
    ...rows.map((row) => {
      const what = kind === 'misshapen' ? `${inFile} ${row.file ?? '–'}, ${inClass} ${row.class ?? '–'}` : (row.file ?? row.class)
      return `    ${row.name}${what === null ? '' : `  ${what}`}`
    }),
    ...(more > 0 ? ['    …'] : []),
  ])
}

/** Names that a finding is about, which its message may only count. */
function namesIn({ code, evidence }: Finding): string[] {
  if (code === 'LOAD_STATE_DICT_MISMATCH') return []
  return ['names', 'globals', 'missing', 'unexpected', 'issues', 'places'].flatMap((key) => {
    const list = evidence[key]
    return Array.isArray(list) && list.length > 0 ? [`  ${key}: ${list.slice(0, 12).map(String).join(', ')}${list.length > 12 ? ', …' : ''}`] : []
  })
}

export function runLines(document: RunDocument, text: Text): string[] {
  const width = Math.max(...stageNames.map((name) => columns(text.words.stages[name])))
  const stages = stageNames.map((name) => {
    const { state, seconds } = document.stages[name]
    return `${padded(text.words.stages[name], width)}  ${text.words.states[state]}${state === 'completed' || state === 'failed' ? `  ${text.seconds(seconds)}` : ''}`
  })
  return [
    ...stages,
    ...readBackLines(document, text),
    ...comparisonLines(document.comparisons, text),
    ...engineUseLines(document.engineUse, text),
    ...(document.verdict ? [`${text.words.verdict}: ${text.words.verdicts[document.verdict]}`] : []),
    ...(document.run ? [`${text.words.run}: ${document.run}`] : []),
  ]
}

/** How the engine was run, where there is something to say of it. */
export function engineUseLines(use: EngineUse | null, { words }: Text): string[] {
  const { weightStreaming, runtimeCache } = use ?? { weightStreaming: null, runtimeCache: null }
  return [
    ...(weightStreaming === null ? [] : [words.weightBudget(size(weightStreaming.budget), size(weightStreaming.streamable), size(weightStreaming.scratch))]),
    ...(runtimeCache === null ? [] : [`${words.runtimeCache}: ${words.cacheStates[runtimeCache.state]}  ${runtimeCache.path}  ${size(runtimeCache.bytes)}`]),
  ]
}

export function makeLines(document: MakeDocument, text: Text): string[] {
  return [...artifactLines(document.artifacts), ...readBackLines(document, text), ...comparisonLines(document.comparisons, text)]
}

/** The rows that need a look, then the counts. */
export function batchLines(document: BatchDocument, text: Text): string[] {
  if (document.batch === null) return []
  const { words } = text
  const order = (row: BatchDocument['rows'][number]): number => (row.verdict === 'fail' ? 0 : row.state === 'error' ? 1 : row.verdict === 'not-judged' ? 2 : 3)
  const rows = [...document.rows].sort((a, b) => order(a) - order(b))
  return [
    ...rows.map((row) => {
      const worst = row.findings.find((finding) => finding.severity === 'error') ?? (row.verdict === null ? row.findings[0] : undefined)
      const said = row.verdict === null ? words.rowStates[row.state] : words.verdicts[row.verdict]
      const latency = row.latencyMs === null || row.latencyOf === null ? '' : `  ${row.latencyMs.toFixed(2)} ms (${words.latencyOf[row.latencyOf]})`
      return `${said}${row.reused ? words.reused : ''}  ${row.path}${latency}${worst === undefined ? '' : `  ${worst.code}`}`
    }),
    words.batchCounts(document.counts),
    `${words.batch}: ${document.batch}`,
  ]
}

export function exportLines(document: ExportDocument, text: Text): string[] {
  if (document.folder === null) return []
  return [
    ...document.files.map(({ role, path, bytes, sha256 }) => `${role}  ${path}  ${size(bytes)}  ${sha256.slice(0, 8)}`),
    `${text.words.verdict}: ${document.verdict === null ? '–' : text.words.verdicts[document.verdict]}`,
    document.folder,
    ...(document.zip === null ? [] : [`${document.zip.path}  ${size(document.zip.bytes)}  ${document.zip.sha256.slice(0, 8)}`]),
  ]
}

export function compareLines(document: CompareDocument, text: Text, labelOf: (hop: Hop) => string): string[] {
  const verdict = document.verdict ? [`${text.words.verdict}: ${text.words.verdicts[document.verdict]}`] : []
  return [...comparisonLines(document.comparisons, text, labelOf), ...verdict]
}

export function inspectLines(document: InspectDocument, text: Text): string[] {
  const { words } = text
  if (document.sha256 === null && document.bytes === null) return []
  const { advice, engine, pickle, signature, tensors } = document
  return [
    `${words.format}: ${document.format}`,
    `${words.size}: ${document.bytes === null ? '–' : size(document.bytes)}`,
    `${words.sha256}: ${document.sha256 ?? '–'}`,
    ...(signature ? [`${words.inputs}: ${signature.inputs.map(tensor).join(', ')}`, `${words.outputs}: ${signature.outputs.map(tensor).join(', ')}`] : []),
    ...(tensors
      ? [`${words.tensors}: ${tensors.length}`, ...tensors.slice(0, 12).map(({ name, dtype, shape }) => `  ${name}  ${dtype} ${shape.join('x')}`)]
      : []),
    ...(tensors && tensors.length > 12 ? ['  …'] : []),
    ...(pickle
      ? [`${words.pickle}: ${pickle.verdict}; ${words.globals}: ${pickle.globals.length}; ${words.refused}: ${pickle.unsafe.join(', ') || words.none}`]
      : []),
    ...(engine
      ? [
          `${words.engine}: ${engine.flavour} ${engine.version ?? '–'}; ${words.builtFor} ${engine.builtFor.join(', ') || '–'}; ${words.runsHere}: ${words.runs[engine.runsHere]}; ${text.reason(engine.reason)}`,
        ]
      : []),
    ...(document.ready ? readyLines(document.ready, text) : []),
    ...(advice ? [advice.is, advice.can, advice.cannot, advice.advised, `${words.next}: ${advice.next}`] : []),
  ]
}

/** The answer, then every node that is refused: what, where in Python, why, and what to do. */
function readyLines({ judged, library, version, refused, findings }: Ready, text: Text): string[] {
  const { words } = text
  const state = !judged ? 'unknown' : findings.some(({ severity }) => severity === 'error') ? 'no' : 'yes'
  const asked = library === null ? '' : `  (${library}${version === null ? '' : ` ${version}`})`
  return [
    `${words.ready}: ${words.readyStates[state]}${asked}`,
    ...refused.flatMap(({ operator, node, source, reason, action }) => [
      `  ${words.refusedNodes}: ${operator}  ${node || words.unnamed}${source === null ? '' : `  ${source.file}:${source.line}${source.code === null ? '' : `  ${source.code}`}`}`,
      `    ${words.because}: ${text.reason(reason)}`,
      `    ${words.remedy}: ${text.reason(action)}`,
    ]),
  ]
}

export function doctorLines(document: DoctorDocument, text: Text): string[] {
  const { words } = text
  return [
    `Python: ${document.python.path ? `${document.python.version ?? '–'}  ${document.python.path}` : words.notFound}`,
    `torch: ${document.torch ?? words.notFound}`,
    `${words.driver}: ${document.driver ?? words.notFound}`,
    ...gpuLines(document, words),
    `${words.backends}:`,
    ...Object.entries(document.engines).flatMap(([name, engine]) =>
      engine.available
        ? [`  ${name}: ${engine.version ?? '–'}${engine.path ? `  ${engine.path}` : ''}`]
        : [`  ${name}: ${words.notFound}`, ...engine.attempts.slice(0, 6).map(({ path, reason }) => `    ${path}${path ? ': ' : ''}${text.reason(reason)}`)],
    ),
  ]
}

/** Numbered as `--device` takes them where there are several, with the one that work goes to. */
function gpuLines({ gpus, device }: DoctorDocument, words: Text['words']): string[] {
  if (gpus.length === 0) return [`GPU: ${words.none}`]
  return gpus.map(({ name, computeCapability, memoryBytes }, index) => {
    const facts = `${name} (${computeCapability}, ${size(memoryBytes)})`
    return gpus.length === 1 ? `GPU: ${facts}` : `GPU ${index}: ${facts}${index === device ? `, ${words.inUse}` : ''}`
  })
}

const tensor = ({ name, dtype, shape }: TensorSpec): string => `${name}:${dtype}:${shape.join('x')}`
export const artifactLines = (artifacts: readonly Artifact[]): string[] =>
  artifacts.map(({ kind, path, bytes, sha256 }) => `${kind}  ${path}  ${size(bytes)}  ${sha256.slice(0, 8)}`)

function readBackLines({ achieved }: Pick<RunDocument, 'achieved'>, text: Text): string[] {
  if (!achieved) return []
  return achieved.rows
    .filter(({ requested, same }) => same === false || (requested !== null && requested !== 'off'))
    .map(
      ({ option, requested, achieved: got, same }) =>
        `${option}: ${text.words.requested} ${requested}, ${text.words.achieved} ${got ?? '–'}${same === false ? `  ${text.words.differs}` : ''}`,
    )
}

export function comparisonLines(rows: readonly Comparison[], text: Text, labelOf: (hop: Hop) => string = (hop) => hop): string[] {
  return rows.map(({ hop, output, verdict, reason, compared, maxAbs, requiredAtol, atol, rtol }) => {
    const numbers =
      compared > 0
        ? `  max ${number(maxAbs)}  requiredAtol ${number(requiredAtol)}  (atol ${number(atol)}, rtol ${number(rtol)})  ${text.words.compared} ${compared}`
        : ''
    return `${labelOf(hop)}  ${output}  ${text.words.verdicts[verdict]}${numbers}${verdict === 'not-judged' && reason ? `  ${text.reason(reason)}` : ''}`
  })
}

const number = (value: number | null): string => (value === null ? '–' : value === 0 ? '0' : value.toExponential(2))

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const mebibytes = bytes / 1024 ** 2
  return mebibytes >= 1024 ? `${(mebibytes / 1024).toFixed(1)} GiB` : mebibytes >= 0.1 ? `${mebibytes.toFixed(1)} MiB` : `${(bytes / 1024).toFixed(1)} KiB`
}

const columns = (words: string): number => [...words].reduce((sum, character) => sum + ((character.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1), 0)
const padded = (words: string, width: number): string => words + ' '.repeat(Math.max(0, width - columns(words)))
