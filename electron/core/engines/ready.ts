import type { Backend } from '../../../contract/engine'
import type { Finding } from '../../../contract/finding'
import type { Flavour, ParserError } from '../../../contract/native'
import type { Ready, RefusedNode } from '../../../contract/ready'
import type { ModelFile } from '../../../contract/run'
import { EnginesmithError, makeFinding } from '../errors'
import { findNodes } from '../formats/onnx/nodes'
import type { StageServices } from '../pipeline/stage'
import { chooseBackend } from './choose'
import { findLibrary, flavourNames } from './library'
import { constantAction, nextAction, refusalOf } from './refusal'

/** What the machine lacks for asking a parser: no fault of the model. */
const lacks: ReadonlySet<EnginesmithError['code']> = new Set([
  'BACKEND_MISSING',
  'BACKEND_UNSUPPORTED_VERSION',
  'PLUGIN_NOT_LOADED',
  'ADDON_MISSING',
  'ADDON_UNUSABLE',
  'GPU_MISSING',
  'DRIVER_MISSING',
  'DRIVER_TOO_OLD',
])

/**
 * "Ready for TensorRT?": reads an ONNX file with the library's own parser and lists every node that it refuses; nothing is
 * built. `backend` null: the one that Build would choose. What keeps a parser from being asked is a finding: an error where
 * the backend was named, for then the machine lacks what was asked for.
 * @throws EnginesmithError HOST_CRASHED where the parser takes the host down, CANCELLED, FILE_… as reading does
 */
export async function readyForTensorrt(
  { file, backend }: { file: Pick<ModelFile, 'path' | 'format'>; backend: Backend | null },
  services: Pick<StageServices, 'host' | 'toolchain' | 'settings'>,
  signal?: AbortSignal,
): Promise<Ready> {
  if (file.format !== 'onnx')
    return notJudged(`the file is ${file.format}, and the parser reads ONNX alone`, 'Convert it to ONNX first, and look at that file.')
  const onnx = file.path
  const chosen = backend ?? chooseBackend(await services.toolchain.doctor()).backend
  if (chosen !== 'tensorrt' && chosen !== 'tensorrt-rtx') {
    const why = backend === null ? 'neither TensorRT nor TensorRT-RTX is on this machine' : `${chosen} has no ONNX parser of TensorRT`
    return notJudged(why, 'Choose TensorRT or TensorRT-RTX as the backend; TensorRT-RTX needs no GPU for it.')
  }
  let version: string | null = null
  try {
    const library = await findLibrary(chosen, services, signal)
    version = library.version
    const { ok, layers, errors } = await services.host.call('network.parse', { library, onnx }, { signal })
    return await judged(chosen, version, onnx, errors, ok && layers === 0)
  } catch (error) {
    if (!(error instanceof EnginesmithError) || !lacks.has(error.code)) throw error
    const findings = backend === null ? notJudged(error.message, error.remedy).findings : [error.toFinding()]
    return { judged: false, library: chosen, version, refused: [], findings }
  }
}

/** The answer where no parser was asked. */
function notJudged(why: string, remedy: string): Ready {
  const finding = makeFinding('READY_NOT_JUDGED', 'warning', `Whether TensorRT takes this model is not judged: ${why.replace(/\.$/, '')}.`, remedy, {
    reason: why,
  })
  return { judged: false, library: null, version: null, refused: [], findings: [finding] }
}

async function judged(library: Flavour, version: string, onnx: string, errors: readonly ParserError[], isEmpty: boolean): Promise<Ready> {
  const nodes = errors.filter(({ operator }) => operator !== '')
  const others = errors.filter(({ operator }) => operator === '')
  const constants = new Map(others.flatMap((error) => (constantOf(error) === null ? [] : [[constantOf(error) ?? '', error]])))
  const [ofNodes, ofConstants] = [await refusedNodes(onnx, nodes), await takersOf(onnx, constants)]
  const refused = [...ofNodes, ...ofConstants]
  const findings: Finding[] = []
  if (refused.length > 0) findings.push(refusedFinding(library, refused))
  if (constants.size > 0) findings.push(stoppedFinding([...constants.keys()]))
  const [invalid] = others.filter((error) => constantOf(error) === null)
  if (invalid !== undefined) findings.push(invalidFinding(onnx, invalid))
  if (isEmpty) {
    const remedy = 'Check that this is the right ONNX file; export it again.'
    findings.push(
      makeFinding('BUILD_EMPTY_NETWORK', 'error', 'The ONNX file parses to a network without layers: there is nothing to build.', remedy, {
        path: onnx,
        layers: 0,
      }),
    )
  }
  return { judged: true, library, version, refused, findings }
}

/** The constant that the parser could not take over, where the error is of one. */
const constantOf = ({ message }: ParserError): string | null => /Failed to import initializer: (?<name>[^\s:]+)$/.exec(message)?.groups?.['name'] ?? null

/** One row a node: a parser may refuse it for several reasons, of which the first is the cause. */
async function refusedNodes(onnx: string, errors: readonly ParserError[]): Promise<RefusedNode[]> {
  const byNode = new Map<string, ParserError>()
  for (const error of errors) {
    const key = `${error.operator} ${error.node === '' ? error.index : error.node} ${error.localFunctions.join(' ')}`
    if (!byNode.has(key)) byNode.set(key, error)
  }
  const names = new Set(errors.map(({ node }) => node))
  const found = byNode.size === 0 ? [] : await findNodes(onnx, ({ name }) => names.has(name))
  return [...byNode.values()].map((error) => {
    const same = found.filter(({ name, operator }) => name === error.node && operator === error.operator)
    const node = same.find(({ index }) => index === error.index) ?? (error.node === '' ? undefined : same[0])
    return { operator: error.operator, node: error.node, source: node?.source ?? null, reason: refusalOf(error), action: nextAction(error) }
  })
}

/** The nodes that take a constant which the parser cannot hold. */
async function takersOf(onnx: string, constants: ReadonlyMap<string, ParserError>): Promise<RefusedNode[]> {
  if (constants.size === 0) return []
  const takers = await findNodes(onnx, ({ inputs }) => inputs.some((input) => constants.has(input)))
  return takers.map(({ name, operator, inputs, source }) => {
    const constant = inputs.find((input) => constants.has(input)) ?? ''
    return { operator, node: name, source, reason: `The parser cannot hold the type of its constant ${constant}.`, action: constantAction }
  })
}

function refusedFinding(library: Flavour, refused: readonly RefusedNode[]): Finding {
  const operators = [...new Set(refused.map(({ operator }) => operator))]
  return makeFinding(
    'BUILD_UNSUPPORTED_OPERATOR',
    'error',
    `${flavourNames[library]} cannot take ${refused.length} ${refused.length === 1 ? 'node' : 'nodes'} of the model: ${operators.join(', ')}.`,
    'Each node is listed with its reason and what to do: replace the operator in the model, export with another opset, or choose another backend.',
    { operators, errors: refused.map((node) => ({ ...node })) },
    [
      { kind: 'choose-exporter', label: 'Use the other exporter' },
      { kind: 'choose-backend', label: 'Choose another backend' },
    ],
  )
}

function stoppedFinding(constants: readonly string[]): Finding {
  return makeFinding(
    'READY_NOT_JUDGED',
    'warning',
    `The parser stopped at ${constants.join(', ')}, before the nodes: nodes of other kinds may be refused, too.`,
    'Cast it in the model, convert again and look again.',
    { constants: [...constants] },
  )
}

function invalidFinding(path: string, { message }: ParserError): Finding {
  const evidence = { path, reason: message }
  return message.startsWith('Failed to open file')
    ? makeFinding(
        'ONNX_EXTERNAL_DATA_MISSING',
        'error',
        `The ONNX file keeps its weights in another file that could not be read: ${message}`,
        'Put the data file beside the ONNX file, under the name that it had at export.',
        evidence,
      )
    : makeFinding(
        'ONNX_INVALID',
        'error',
        `The ONNX file cannot be read as a network: ${message}`,
        'Check the file with onnx.checker; export it again.',
        evidence,
      )
}
