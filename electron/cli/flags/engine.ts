import type { Call, CallFlag } from '../command'
import type { Text } from '../text'
import { UsageError } from '../usage'
import { realNumber, wholeNumber } from './values'

const own = (name: string, value: string | null, help: CallFlag['help'], required = false): CallFlag => ({ name, short: null, value, required, help })

export const gpu = own('device', 'N', (t) => t.help.gpu)
export const profileFlag = own('profile', 'N', (t) => t.help.profile)
export const at = own('at', 'SPEC', (t) => t.help.at)
export const profiledRuns = own('profiled-runs', 'N', (t) => t.help.profiledRuns)
export const from = own('from', 'FILE', (t) => t.help.from, true)
export const graph = own('onnx', 'FILE', (t) => t.help.graph)
export const timeFlags: CallFlag[] = [
  gpu,
  profileFlag,
  at,
  own('sweep', null, (t) => t.help.sweep),
  own('latency-limit', 'MS', (t) => t.help.latencyLimit),
  own('warm-up', 'MS', (t) => t.help.warmUp),
  own('duration', 'MS', (t) => t.help.duration),
  own('iterations', 'N', (t) => t.help.iterations),
  own('cuda-graph', 'on|off|both', (t) => t.help.cudaGraph),
  own('plain-loop', null, (t) => t.help.plainLoop),
]

/** A whole number of a flag of the call, or what stands where none was given. */
export function wholeOf<T>(call: Call, name: string, least: number, otherwise: T, text: Text): number | T {
  const given = call.own[name]
  return typeof given === 'string' ? wholeNumber(name, given, { least }, text) : otherwise
}

export function realOf<T>(call: Call, name: string, otherwise: T, text: Text): number | T {
  const given = call.own[name]
  return typeof given === 'string' ? realNumber(name, given, { least: 0, above: true }, text) : otherwise
}

/** `x:4x3x32x32,y:4x10`. A name may hold colons: the sizes stand behind the last. */
export function shapesOf(call: Call, text: Text): Array<{ name: string; shape: number[] }> {
  const given = call.own['at']
  if (typeof given !== 'string') return []
  return given.split(',').map((one) => {
    const match = /^(.+):(\d+(?:x\d+)*)$/.exec(one)
    if (match === null) throw new UsageError(text.usage.number('at', one, 'NAME:4x3x32x32'), text.usage.numberRemedy('at'), { flag: '--at', given: one })
    return { name: match[1]!, shape: match[2]!.split('x').map(Number) }
  })
}
