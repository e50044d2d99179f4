import type { Finding } from '../../../contract/finding'
import type { ModelFormat } from '../../../contract/run'
import { truncatedError } from '../files/errors'
import { unknownFinding } from './unknown'
import { memberNamed, type Description, type Format, type Subject } from './format'
import { PickleScan, torchMagic } from './pickle-scan'
import { survey, type Survey } from './pickle/tensors'
import { asDict, Call, type Value } from './pickle/values'

/** `state-dict`, `checkpoint` and `pickled-module`: what torch.save writes, now as a zip, before 1.6 as a row of pickles. */
export const pickled: Format = {
  async match({ file, zip, start, signal }) {
    if (zip !== null) return memberNamed(zip, 'data.pkl') !== null
    if (start[0] === 0x80 && (start[1] ?? 255) <= 5) return true
    // Protocols 0 and 1 begin like text: only one that can be followed to its end is taken for a pickle.
    if (!'(c]}lditINVSXUFGJKM'.includes(String.fromCharCode(start[0] ?? 0)) || file.size > 256 * 1024 * 1024) return false
    const scan = new PickleScan(signal)
    return (await scan.pickle(file, 0, file.size, '')) !== null && (scan.globals.size > 0 || typeof scan.pickles[0]?.value === 'object')
  },

  async describe(subject) {
    const { file, zip, signal } = subject
    const scan = new PickleScan(signal)
    const end = zip === null ? await scan.row(file, 'the pickle') : null
    if (zip !== null) await scan.zip(zip, file)
    const { pickle, findings } = scan.report(file.path)
    const root = rootOf(subject, scan)
    if (root === undefined || (zip === null && scan.failed)) return { format: 'unknown', pickle, findings: [...cutFinding(subject, scan), ...findings] }
    const found = survey(root)
    const format = formatOf(root, found)
    const needed = end === null || scan.pickles[0]?.value !== torchMagic ? 0 : numbersEnd(end, found)
    if (needed > file.size) return { format: 'unknown', pickle, findings: [cutNumbers(file.path, needed, file.size), ...findings] }
    if (format === 'unknown')
      findings.push(unknownFinding(file.path, 'it is a pickle, but holds neither a module nor tensors by name', 'Choose a file with a model or a state_dict.'))
    return { format, tensors: format === 'unknown' ? null : found.tensors, pickle, findings, facts: factsOf(root, found, zip === null) } satisfies Description
  },
}

/** Where an old file's numbers must end: each storage has its count in 8 bytes before it. */
function numbersEnd(end: number, found: Survey): number {
  return [...found.storages.values()].reduce((sum, bytes) => sum + 8 + bytes, end)
}

function cutNumbers(path: string, needed: number, bytes: number): Finding {
  return truncatedError(path, `its tensors need ${needed} bytes, it has ${bytes}`, { needed, bytes }).toFinding()
}

/** A pickle that stops in the middle is first of all a file that was cut off. */
function cutFinding({ file }: Subject, scan: PickleScan): Finding[] {
  const cut = scan.errors.find((error) => error.includes('ends in the middle') || error.includes('ends too early'))
  if (cut !== undefined) return [truncatedError(file.path, cut).toFinding()]
  return scan.failed ? [] : [unknownFinding(file.path, 'it is a row of pickles, but not as torch writes them', 'Choose a file with a model or a state_dict.')]
}

function rootOf({ zip }: Subject, scan: PickleScan): Value | undefined {
  if (zip !== null) {
    const name = memberNamed(zip, 'data.pkl')?.name
    return scan.pickles.find((pickle) => pickle.where === name)?.value
  }
  // Old torch: a magic number, a protocol, the machine's sizes, then the thing itself.
  const first = scan.pickles[0]?.value
  return first === torchMagic ? scan.pickles[3]?.value : first
}

function formatOf(root: Value, found: Survey): ModelFormat {
  if (found.modules.length > 0) return 'pickled-module'
  if (found.nested) return 'checkpoint'
  if (found.flat) return 'state-dict'
  // The state of a model without weights: an OrderedDict that carries nothing but its version table.
  const empty = root instanceof Call && root.state !== undefined && asDict(root.state)?.get('_metadata') !== undefined
  return empty ? 'state-dict' : 'unknown'
}

function factsOf(root: Value, found: Survey, legacy: boolean): Record<string, string> {
  const facts: Record<string, string> = {
    container: legacy ? 'pickle' : 'zip',
    tensors: String(found.tensors.length),
    elements: String(found.tensors.reduce((sum, tensor) => sum + tensor.shape.reduce((product, size) => product * size, 1), 0)),
  }
  const keys = asDict(root)?.keys.filter((key) => typeof key === 'string') ?? []
  if (found.nested || found.modules.length > 0) if (keys.length > 0) facts['keys'] = keys.slice(0, 40).join(', ')
  Object.assign(facts, savedWith(root))
  const [outermost] = found.modules
  if (outermost !== undefined) {
    facts['class'] = outermost
    facts['modules'] = String(found.modules.length)
  }
  return facts
}

/** What a training framework wrote of its own version; nobody else is known to say. */
function savedWith(root: Value): Record<string, string> {
  const dict = asDict(root)
  const lightning = dict?.get('pytorch-lightning_version')
  const ultralytics = dict?.get('train_args') === undefined ? undefined : dict?.get('version')
  const found: Record<string, string> = {}
  if (typeof lightning === 'string' && /^\d[\w.+-]{0,30}$/.test(lightning)) found['lightning'] = lightning
  if (typeof ultralytics === 'string' && /^\d[\w.+-]{0,30}$/.test(ultralytics)) found['ultralytics'] = ultralytics
  return found
}
