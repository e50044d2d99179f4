import type { Finding } from '../../../contract/finding'
import type { ModelFile } from '../../../contract/run'
import type { Isolation } from '../../../contract/trust'
import { EnginesmithError, makeFinding } from '../errors'
import { legacyModuleFinding, originLines } from '../formats/pickle-scan'
import { stillRefused, type Granted } from './names'
import { pickledFormats } from './second-opinion'

/**
 * Refuses a pickle that is not trusted as far as it would have to be.
 * @throws EnginesmithError LOAD_DANGEROUS_PICKLE, LOAD_SCAN_FAILED, LOAD_UNSAFE_GLOBALS, LOAD_LEGACY_MODULE
 */
export function refuseUntrusted(file: ModelFile, granted: Granted): void {
  const { pickle, sha256, path } = file
  if (pickle === null) return
  if (pickle.verdict === 'dangerous') {
    const names = pickle.dangerous ?? pickle.unsafe
    throw new EnginesmithError(
      'LOAD_DANGEROUS_PICKLE',
      `${path} would run code of a dangerous kind when it is loaded: ${names.join(', ')}. It was not loaded.`,
      'Do not load this file. Get the weights as .safetensors, or from a source that you trust.',
      { names, sha256 },
    )
  }
  if (!pickledFormats.has(file.format)) return
  if (pickle.verdict === 'scan-failed') {
    throw new EnginesmithError(
      'LOAD_SCAN_FAILED',
      `What ${path} would run when it is loaded could not be found out, so it was not loaded.`,
      'Get the file again, or the weights as .safetensors.',
      { sha256 },
    )
  }
  if (granted.once) return
  const refused = stillRefused(pickle, granted)
  if (refused.length > 0) throw refusedNames(file, refused)
  if (pickle.legacyModule === true) {
    const { code, message, remedy } = legacyModuleFinding(path)
    throw new EnginesmithError(code, message, remedy, { path, sha256 })
  }
}

function refusedNames({ path, pickle, sha256 }: ModelFile, names: string[]): EnginesmithError {
  const all = pickle?.unsafe.length ?? names.length
  const some = names.length < all ? ` (${all - names.length} more are allowed)` : ''
  return new EnginesmithError(
    'LOAD_UNSAFE_GLOBALS',
    `${path} refers to ${names.length} Python names that PyTorch's safe loading refuses${some}: ${names.join(', ')}. It was not loaded.`,
    pickle?.legacyModule === true
      ? `This is a whole module in the format of torch before 1.6, for which no names can be allowed: save it again, best as a state_dict, or trust the file once (--trust-once ${sha256 ?? 'SHA256'}).`
      : `Where you know where the file comes from, allow these names for it alone (--allow-listed ${sha256 ?? 'SHA256'}, or in the Load step); else get a state_dict or .safetensors of it.`,
    { names, sha256, origins: pickle === null ? [] : originLines(pickle), ...(pickle?.legacyModule === true ? { legacy: true } : {}) },
  )
}

/** The file's own findings without those that trust has settled. */
export function openFindings(file: ModelFile, granted: Granted): Finding[] {
  const { pickle, findings } = file
  if (pickle === null || (!granted.once && (pickle.legacyModule === true || stillRefused(pickle, granted).length > 0))) return findings
  return findings.filter(({ code }) => code !== 'LOAD_UNSAFE_GLOBALS' && code !== 'LOAD_LEGACY_MODULE')
}

/** What is said of a load that only trust made possible; empty where the file needed none. */
export function trustFindings(file: ModelFile, granted: Granted, isolated: Isolation): Finding[] {
  const { pickle, sha256, path } = file
  if (pickle === null || !pickledFormats.has(file.format)) return []
  if (granted.once) {
    const trusted = makeFinding(
      'LOAD_TRUSTED_ONCE',
      'warning',
      `${path} is loaded in full if safe loading refuses it, because you trusted it once: in a worker of its own with a scratch home, ${isolated.isolated ? 'without a network' : 'but with the network'}.`,
      'Nothing has to be done. A state_dict or .safetensors of the same weights needs no trust.',
      { path, sha256, ...(isolated.isolated ? { isolated: true } : {}) },
    )
    return isolated.isolated ? [trusted] : [trusted, notIsolatedFinding(isolated)]
  }
  const used = pickle.unsafe.filter((name) => !stillRefused(pickle, granted).includes(name))
  if (used.length === 0) return []
  return [
    makeFinding(
      'LOAD_NAMES_ALLOWED',
      'info',
      `${used.length} Python names were allowed for ${path} by you: ${used.slice(0, 8).join(', ')}${used.length > 8 ? ', …' : ''}.`,
      'Nothing has to be done. Remembered ones can be taken back in Settings.',
      { path, sha256, names: used },
    ),
  ]
}

/** LOAD_NOT_ISOLATED: what a file that is trusted once could reach on this machine. */
export function notIsolatedFinding({ reason }: Isolation): Finding {
  return makeFinding(
    'LOAD_NOT_ISOLATED',
    'warning',
    `A file that is trusted once is not isolated on this machine: ${reason ?? 'the network cannot be taken away'}. Its code could use the network and read your files.`,
    'Trust only what you would run yourself, or load it on a Linux machine that lets programs make user namespaces.',
    { reason },
  )
}
