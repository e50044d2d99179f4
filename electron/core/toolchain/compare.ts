import type { Environment } from '../../../contract/environment'
import type { Finding } from '../../../contract/finding'
import { makeFinding } from '../errors'

/** What matters of an environment, flat: name to value. */
function flatten(environment: Environment): Map<string, string> {
  const { gpus, packages, app, platform, node, electron, python, torch, cuda, driver, tensorrt, tensorrtRtx, onnxruntime } = environment
  const flat = new Map<string, string>()
  const versions = {
    app,
    platform,
    node,
    electron,
    python,
    torch,
    CUDA: cuda,
    driver,
    TensorRT: tensorrt,
    'TensorRT-RTX': tensorrtRtx,
    'ONNX Runtime': onnxruntime,
  }
  for (const [name, value] of Object.entries(versions)) flat.set(name, value ?? 'none')
  flat.set('GPU', gpus.map((gpu) => `${gpu.name} (${gpu.computeCapability})`).join(', ') || 'none')
  for (const [name, version] of Object.entries(packages)) flat.set(`package ${name}`, version)
  return flat
}

/** What differs between two environments: name, and the value on either side (`none` where it is absent). */
export function environmentDifferences(made: Environment, here: Environment): Array<{ name: string; made: string; here: string }> {
  const before = flatten(made)
  const now = flatten(here)
  const names = [...new Set([...before.keys(), ...now.keys()])]
  return names.flatMap((name) => {
    const [a, b] = [before.get(name) ?? 'none', now.get(name) ?? 'none']
    return a === b ? [] : [{ name, made: a, here: b }]
  })
}

/** ENVIRONMENT_DIFFERS with the differences named, or null where there are none. @param what what was made there, e.g. "The ONNX file" */
export function environmentFinding(made: Environment, here: Environment, what: string): Finding | null {
  const differences = environmentDifferences(made, here)
  if (differences.length === 0) return null
  const list = differences.map((each) => `${each.name}: ${each.made} then, ${each.here} now`)
  const more = list.length > 6 ? `, and ${list.length - 6} more` : ''
  return makeFinding(
    'ENVIRONMENT_DIFFERS',
    'warning',
    `${what} was made in another environment (${list.slice(0, 6).join('; ')}${more}).`,
    'Small differences of the numbers are to be expected. To rule the environment out, run the earlier stages again here.',
    { differences },
    [{ kind: 'run-again', label: 'Run the earlier stages here' }],
  )
}

/** Facts of a file that name a package that it was saved with, and the package. */
const savedWith: Readonly<Record<string, string>> = { torch: 'torch', lightning: 'pytorch-lightning', ultralytics: 'ultralytics' }
/** Versions are told apart by their first two numbers: what follows is fixes. */
const series = (version: string): string => version.split('.').slice(0, 2).join('.')

/** ENVIRONMENT_DIFFERS where the file says that it was saved with another series of a package than this Python has; null where it does not say, or says the same. */
export function savedElsewhereFinding(facts: Readonly<Record<string, string>>, packages: Readonly<Record<string, string>>): Finding | null {
  const differences = Object.entries(savedWith).flatMap(([fact, name]) => {
    const made = facts[fact]
    const here = packages[name] ?? 'none'
    return made === undefined || series(made) === series(here) ? [] : [{ name, made, here }]
  })
  if (differences.length === 0) return null
  return makeFinding(
    'ENVIRONMENT_DIFFERS',
    'warning',
    `The file was saved with other versions than this Python has (${differences.map((each) => `${each.name}: ${each.made} then, ${each.here} now`).join('; ')}).`,
    'Where it loads, small differences of the numbers are to be expected. Where it does not, choose a Python that has those versions.',
    { differences, saved: true },
    [{ kind: 'choose-python', label: 'Choose another Python' }],
  )
}
