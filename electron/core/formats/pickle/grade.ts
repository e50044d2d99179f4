import type { ModelPickle } from '../../../../contract/run'
import { originOf } from '../../trust/provenance'
import {
  allowedByTorch,
  dangerousModules,
  dangerousNames,
  dangerousPackages,
  harmless,
  reachedModules,
  renamedModules,
  renamedNames,
} from './generated/globals'
import { Global } from './values'

const allowed = new Set(allowedByTorch)
const packages = new Set(dangerousPackages)
const modules = new Set(dangerousModules)
const spared = new Set(harmless)
const single = new Set(dangerousNames)
const reached = new Set(reachedModules)
const newModules = new Map(renamedModules)
const newNames = new Map(renamedNames)

/** A name as Python 3 has it; protocol 2 and older write Python 2's. */
function modern(global: Global): { module: string; name: string; full: string } {
  const renamed = newNames.get(global.full)
  if (renamed !== undefined) {
    const at = renamed.lastIndexOf('.')
    return { module: renamed.slice(0, at), name: renamed.slice(at + 1), full: renamed }
  }
  const module = newModules.get(global.module) ?? global.module
  return { module, name: global.name, full: `${module}.${global.name}` }
}

/** A written-out global (`module.name`) under the name that Python 3 gives it. */
export function modernName(full: string): string {
  return modern(fromText(full)).full
}

/** True for a written-out global that can never be allowed by name. */
export function isDangerousName(full: string): boolean {
  return isDangerous(fromText(full))
}

/** The likeliest reading of a written-out global: a class's name begins with a capital, so `a.B.c` is `B.c` of module `a`. */
function fromText(full: string): Global {
  const at = full.lastIndexOf('.')
  return new Global(full.slice(0, Math.max(at, 0)), full.slice(at + 1))
}

/** True for a name that torch's `weights_only=True` takes. */
export function isAllowed(global: Global): boolean {
  return allowed.has(modern(global).full)
}

/** True for a name that reaches the system, files, the network or the interpreter; no model needs one. */
export function isDangerous(global: Global): boolean {
  const { module, name, full } = modern(global)
  if (full === 'unknown.unknown') return true
  if (spared.has(full)) return false
  if (modules.has(module) || single.has(full) || reached.has(name)) return true
  const parts = module.split('.')
  if (parts.some((_, index) => packages.has(parts.slice(0, index + 1).join('.')))) return true
  // A dotted name walks through attributes: what a harmless module happens to have imported is reached so.
  const path = name.split('.')
  return path.length > 1 && path.some((part) => packages.has(part) || modules.has(part) || part.startsWith('__'))
}

/** TorchScript's own unpickler, in C++, gives these names their meaning; Python never imports them. */
function isTorchScript(global: Global): boolean {
  return /^(__torch__\.|torch\.jit\._pickle\.)/.test(`${global.full}.`)
}

/**
 * What is to be said of all pickles of a file together.
 * @param failed true where one could not be followed to its end
 * @param torchScript true where torch's own C++ unpickler reads them
 */
export function gradePickles(globals: ReadonlyMap<string, Global>, failed: boolean, torchScript = false): ModelPickle & { dangerous: string[] } {
  const named = [...globals.values()].filter((global) => !torchScript || !isTorchScript(global))
  const names = (list: readonly Global[]): string[] => list.map((global) => global.full).sort()
  const unsafe = names(named.filter((global) => !isAllowed(global)))
  const dangerous = names(named.filter(isDangerous))
  const verdict = dangerous.length > 0 ? 'dangerous' : failed ? 'scan-failed' : unsafe.length > 0 ? 'suspicious' : 'nothing-found'
  return { globals: names(named), unsafe, verdict, dangerous, origins: unsafe.map(originOf) }
}
