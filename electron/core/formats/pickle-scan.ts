import type { Finding } from '../../../contract/finding'
import type { ModelPickle } from '../../../contract/run'
import { EnginesmithError, makeFinding } from '../errors'
import { type ByteSource, bytesSource } from '../files/random-file'
import { looksLikeZip, openZip, type Zip, type ZipMember } from '../files/zip'
import { Cursor } from './cursor'
import { gradePickles } from './pickle/grade'
import type { Global, Value } from './pickle/values'
import { walkPickle } from './pickle/walk'

/** All pickles of a file together. */
const totalTime = 20_000
const maxPickles = 64
const maxDepth = 2
/** A packed member above this is not unpacked. */
const maxUnpacked = 128 * 1024 * 1024

export interface ScannedPickle {
  /** Where it was: a member's name, with `!` before a name inside an inner zip. */
  where: string
  value: Value | undefined
  error: string | null
}

/** Everything that was found in all pickles of a file. */
export class PickleScan {
  readonly pickles: ScannedPickle[] = []
  readonly globals = new Map<string, Global>()
  readonly errors: string[] = []
  /** True where a pickle carries the source of a module's class, as torch before 1.6 saved whole modules. */
  sources = false
  private readonly deadline = performance.now() + totalTime

  constructor(private readonly signal?: AbortSignal) {}

  get failed(): boolean {
    return this.errors.length > 0
  }

  fail(where: string, why: string): void {
    this.errors.push(`${where}: ${why}`)
  }

  /** Follows the pickle that begins here. @returns where it ended, or null where it could not be followed to its end */
  async pickle(source: ByteSource, start: number, end: number, where: string): Promise<number | null> {
    const time = this.deadline - performance.now()
    if (time <= 0) {
      this.fail(where, 'there was no time left for it')
      return null
    }
    const cursor = new Cursor(source, start, end)
    const walked = await walkPickle(cursor, { time: Math.min(time, 10_000), signal: this.signal })
    for (const [name, global] of walked.globals) this.globals.set(name, global)
    this.sources ||= walked.sources
    this.pickles.push({ where, value: walked.value, error: walked.error })
    if (walked.error === null) return cursor.position
    this.fail(where, walked.error)
    return null
  }

  /**
   * Every pickle in a zip: members that are called so, and those of zips inside, two levels deep.
   * @param suspects further members that may be zips of torch's, whatever they are called
   */
  async zip(zip: Zip, source: ByteSource, suspects: ((name: string) => boolean) | null = null, prefix = '', depth = 0): Promise<void> {
    if (zip.cut || zip.repeated) this.fail(prefix || 'the zip', zip.cut ? 'it lists too many members' : 'it lists two members under one name')
    for (const member of zip.members.values()) {
      const where = `${prefix}${member.name}`
      const inner = /\.(pt|pth|zip|ckpt|bin)$/i.test(member.name) || suspects?.(member.name) === true
      if (!inner && !/\.(pkl|pickle|pck|p)$/i.test(member.name)) continue
      if (this.pickles.length >= maxPickles) return this.fail(where, 'there are too many pickles')
      try {
        const opened = await openMember(zip, source, member)
        if (!inner) await this.pickle(opened, 0, opened.size, where)
        else if (opened.size >= 4) await this.inner(opened, where, suspects, depth)
      } catch (error) {
        if (!(error instanceof EnginesmithError) || this.signal?.aborted === true) throw error
        this.fail(where, error.message)
      }
    }
  }

  private async inner(opened: ByteSource, where: string, suspects: ((name: string) => boolean) | null, depth: number): Promise<void> {
    const start = await opened.read(0, Math.min(4, opened.size))
    if (start[0] === 0x80) await this.row(opened, where)
    if (!looksLikeZip(start)) return
    if (depth >= maxDepth) this.fail(where, 'zips lie in zips too deep')
    else await this.zip(await openZip(opened), opened, suspects, `${where}!`, depth + 1)
  }

  /**
   * Pickles one behind another, as old torch wrote them; what follows its five is raw numbers.
   * @returns where the last of them ended, or null where one could not be followed to its end
   */
  async row(source: ByteSource, where: string): Promise<number | null> {
    let at = 0
    for (let index = 0; index < (this.pickles[0]?.value === torchMagic ? 5 : maxPickles) && at < source.size; index++) {
      const head = await source.read(at, Math.min(2, source.size - at))
      if (index > 0 && !(head[0] === 0x80 && (head[1] ?? 255) <= 5)) break
      const end = await this.pickle(source, at, source.size, index === 0 ? where : `${where}#${index}`)
      if (end === null) return null
      at = end
    }
    return at
  }

  /** The report for `ModelFile`, and the findings that belong to it. */
  report(path: string, torchScript = false): { pickle: ModelPickle; findings: Finding[] } {
    const graded = gradePickles(this.globals, this.failed, torchScript)
    const pickle = this.sources ? { ...graded, legacyModule: true } : graded
    return { pickle, findings: pickleFindings(path, pickle, this.errors) }
  }
}

/** The number that old torch files begin with. */
export const torchMagic = 0x1950a86a20f9469cfc6cn

/** What is to be said of a graded file. @param errors why pickles could not be followed to their ends */
export function pickleFindings(path: string, pickle: ModelPickle, errors: readonly string[]): Finding[] {
  const dangerous = pickle.dangerous ?? []
  const evidence = { path, names: pickle.unsafe, dangerous, errors: errors.slice(0, 20) }
  if (pickle.verdict === 'dangerous') {
    return [
      makeFinding(
        'LOAD_DANGEROUS_PICKLE',
        'error',
        `Loading ${path} would run code that reaches the system: ${dangerous.join(', ')}.`,
        'Do not load this file. Get the weights as .safetensors, or from a source that you trust.',
        evidence,
      ),
    ]
  }
  if (pickle.verdict === 'scan-failed') {
    return [
      makeFinding(
        'LOAD_SCAN_FAILED',
        'error',
        `What loading ${path} would run could not be found out: ${errors[0] ?? 'the scan failed'}.`,
        'Get the file again; if it stays so, get the weights as .safetensors.',
        evidence,
      ),
    ]
  }
  if (pickle.unsafe.length === 0) return []
  const legacy = pickle.legacyModule === true ? [legacyModuleFinding(path)] : []
  return [
    ...legacy,
    makeFinding(
      'LOAD_UNSAFE_GLOBALS',
      'warning',
      `${path} names ${pickle.unsafe.length} things that torch's safe loading refuses: ${pickle.unsafe.slice(0, 8).join(', ')}${pickle.unsafe.length > 8 ? ', …' : ''}.`,
      'Load it only if you trust where it comes from; a state_dict or .safetensors of the same weights needs no trust.',
      { ...evidence, origins: originLines(pickle) },
    ),
  ]
}

/** A member as a source of its own: stored ones are read in place, packed ones are unpacked up to a limit. */
export async function openMember(zip: Zip, source: ByteSource, member: ZipMember): Promise<ByteSource> {
  if (member.method !== 0 || member.encrypted) return bytesSource(await zip.read(member, maxUnpacked), `${source.path}!${member.name}`)
  const offset = await zip.dataOffset(member)
  const size = Math.max(0, Math.min(member.size, source.size - offset))
  return {
    path: `${source.path}!${member.name}`,
    size,
    read: (at, length) => source.read(offset + at, length),
    readInto: (target, at) => source.readInto(target, offset + at),
  }
}

/** `package: how many of the names` for each package, those that are not known here first. */
export function originLines({ origins = [] }: ModelPickle): string[] {
  const groups = new Map<string, number>()
  for (const { package: root, known } of [...origins].sort((a, b) => Number(b.known === 'unknown') - Number(a.known === 'unknown')))
    groups.set(`${root === '' ? '(none)' : root} (${known})`, (groups.get(`${root === '' ? '(none)' : root} (${known})`) ?? 0) + 1)
  return [...groups].map(([group, count]) => `${group}: ${count}`)
}

/** LOAD_LEGACY_MODULE: names cannot be allowed one by one for such a file. */
export function legacyModuleFinding(path: string, severity: Finding['severity'] = 'warning'): Finding {
  return makeFinding(
    'LOAD_LEGACY_MODULE',
    severity,
    `${path} is a whole module in the format of torch before 1.6, which carries the source of its classes: torch's safe loading refuses it whatever names are allowed.`,
    'Save it again with torch 1.6 or newer where it was made, best as a state_dict; or trust the file once, in the isolated worker.',
    { path },
  )
}
