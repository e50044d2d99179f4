import { mkdir, readFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { ModelFile } from '../../../contract/run'
import { trustFileSchema, type TrustDecision } from '../../../contract/trust'
import { writing } from '../disk'
import { EnginesmithError } from '../errors'
import { classDigest, importsNothing, liesIn, type NamedClass } from './model-class'
import { allowable, noCallTrust, type CallTrust, type Granted } from './names'

export interface TrustStore {
  /** Every decision that holds now, the newest first. */
  list(): TrustDecision[]
  /**
   * Allows names of this very file for good.
   * @throws EnginesmithError LOAD_DANGEROUS_PICKLE for a name that can never be allowed, USAGE for one that the file does not have
   */
  allow(file: ModelFile, names: readonly string[]): Promise<void>
  /**
   * Trusts this file once: for the run in `folder`, until the program ends.
   * @throws EnginesmithError LOAD_DANGEROUS_PICKLE, LOAD_SCAN_FAILED
   */
  once(file: ModelFile, folder: string): void
  /** The code of this class may be imported, for every recipe that says the same of it. */
  confirmClass(named: NamedClass): Promise<void>
  /** Whether it may. */
  classConfirmed(named: NamedClass): boolean
  /** Allows the code for the CPU that this engine carries, for good. */
  allowHostCode(sha256: string, file: string): Promise<void>
  /** An engine of this content was built by this very program. */
  noteBuilt(sha256: string): void
  /** True where the code for the CPU that this engine may carry can be loaded: it was built here and now, or somebody said yes. */
  hostCode(sha256: string): boolean
  /** Takes back everything that was decided for this content. */
  revoke(sha256: string): Promise<void>
  /** What the flags of a call allow; replaces what an earlier call said. */
  forCall(trust: CallTrust): void
  /** What holds for a file in the run in `folder`. */
  granted(file: ModelFile, folder: string): Granted
}

/** Decisions by content hash in trust.json of the data folder. Under the command line only its flags count: `remembered` is false. */
export function createTrustStore(dataFolder: string, remembered: boolean): TrustStore {
  const path = join(dataFolder, 'trust.json')
  let kept: TrustDecision[] = remembered ? parse(readOrEmpty(path)) : []
  let once: TrustDecision[] = []
  let call: CallTrust = noCallTrust()
  const built = new Set<string>()

  const write = async (change: (before: TrustDecision[]) => TrustDecision[]): Promise<void> => {
    const next = change(parse(await readFile(path, 'utf8').catch(() => '')))
    await writing(path, async () => {
      await mkdir(dirname(path), { recursive: true })
      await writeFileAtomic(path, `${JSON.stringify({ version: 1, decisions: next }, null, 2)}\n`)
    })
    kept = next
  }

  return {
    list: () => [...once, ...kept].sort((a, b) => (a.at < b.at ? 1 : -1)),
    async allow(file, names) {
      const sha256 = needHash(file)
      refuseDangerous(file)
      const known = new Set(file.pickle?.globals ?? [])
      const strange = names.filter((name) => !known.has(name))
      if (strange.length > 0)
        throw new EnginesmithError('USAGE', `${file.path} does not name ${strange.join(', ')}.`, 'Allow names that the file has.', { names: strange })
      // As the file spells them, so that a page can tell what it shows from what is allowed.
      const allowed = names.filter((name) => allowable([name], file.pickle?.dangerous).length > 0)
      await write((before) => {
        const old = before.find((decision) => decision.sha256 === sha256 && decision.kind === 'names')
        const all = [...new Set([...(old?.names ?? []), ...allowed])].sort()
        return [
          ...before.filter((decision) => decision !== old),
          { sha256, kind: 'names', names: all, file: basename(file.path), at: new Date().toISOString(), run: null },
        ]
      })
    },
    once(file, folder) {
      const sha256 = needHash(file)
      refuseDangerous(file)
      once = [
        ...once.filter((decision) => decision.run !== folder),
        { sha256, kind: 'once', names: [], file: basename(file.path), at: new Date().toISOString(), run: folder },
      ]
    },
    async confirmClass(named) {
      if (importsNothing(named) || named.model === null) return
      const sha256 = classDigest(named)
      const names = [named.model, ...(named.modelArgs === null ? [] : [JSON.stringify(named.modelArgs)])]
      const decision: TrustDecision = { sha256, kind: 'class', names, file: named.model, at: new Date().toISOString(), run: null }
      await write((before) => [...before.filter((other) => other.sha256 !== sha256), decision])
    },
    classConfirmed(named) {
      const { model } = named
      if (importsNothing(named) || model === null) return true
      if (call.classes.includes(model) || (call.project !== null && liesIn(call.project, model))) return true
      const sha256 = classDigest(named)
      return kept.some((decision) => decision.kind === 'class' && decision.sha256 === sha256)
    },
    async allowHostCode(sha256, file) {
      const decision = { sha256, kind: 'host-code' as const, names: [], file: basename(file), at: new Date().toISOString(), run: null }
      await write((before) => [...before.filter((one) => one.sha256 !== sha256 || one.kind !== 'host-code'), decision])
    },
    noteBuilt: (sha256) => void built.add(sha256),
    hostCode: (sha256) => built.has(sha256) || call.hostCode.includes(sha256) || kept.some((one) => one.kind === 'host-code' && one.sha256 === sha256),
    async revoke(sha256) {
      once = once.filter((decision) => decision.sha256 !== sha256)
      await write((before) => before.filter((decision) => decision.sha256 !== sha256))
    },
    forCall(trust) {
      call = trust
    },
    granted(file, folder) {
      const { sha256, pickle } = file
      // Without its hash nothing is known to be the file that was decided upon.
      if (sha256 === null) return { names: allowable(call.names), once: false }
      const listed = call.listed.includes(sha256) ? (pickle?.globals ?? []) : []
      const stored = kept.find((decision) => decision.kind === 'names' && decision.sha256 === sha256)?.names ?? []
      return {
        names: allowable([...call.names, ...listed, ...stored], pickle?.dangerous),
        once: call.once.includes(sha256) || once.some((decision) => decision.sha256 === sha256 && decision.run === folder),
      }
    },
  }
}

function needHash({ path, sha256 }: ModelFile): string {
  if (sha256 !== null) return sha256
  throw new EnginesmithError('RUN_BUSY', `The hash of ${path} is still being computed; a decision holds for one content alone.`, 'Try again when it is there.')
}

function refuseDangerous({ path, pickle, sha256 }: ModelFile): void {
  if (pickle?.verdict === 'dangerous') {
    throw new EnginesmithError(
      'LOAD_DANGEROUS_PICKLE',
      `${path} names functions that reach the system, which nothing here allows: ${(pickle.dangerous ?? pickle.unsafe).join(', ')}.`,
      'Do not load this file. Get the weights as .safetensors, or from a source that you trust.',
      { names: pickle.dangerous ?? pickle.unsafe, sha256 },
    )
  }
  if (pickle?.verdict === 'scan-failed') {
    throw new EnginesmithError(
      'LOAD_SCAN_FAILED',
      `What ${path} would run could not be found out, so nothing can be allowed for it.`,
      'Get the file again, or the weights as .safetensors.',
      { sha256 },
    )
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** A damaged file allows nothing. */
function parse(text: string): TrustDecision[] {
  try {
    // `once` never outlives the program, whatever a file says.
    return trustFileSchema.parse(JSON.parse(text)).decisions.filter((decision) => decision.kind !== 'once')
  } catch {
    return []
  }
}
