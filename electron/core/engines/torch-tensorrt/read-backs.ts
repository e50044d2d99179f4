import type { ReadBack } from '../../../../contract/engine'
import type { BuildOptions } from '../../../../contract/recipe'
import type { WorkerResult } from '../../../../contract/worker'

const onOff = (value: boolean | null): string | null => (value === null ? null : value ? 'on' : 'off')

/** What was asked beside what the compiled module and its first engine say. */
export function readBacks(
  options: BuildOptions,
  { settings, saved, engines }: Pick<WorkerResult<'trt_compile'>, 'settings' | 'saved' | 'engines'>,
): ReadBack[] {
  const flag = (name: string): boolean | null => (typeof settings[name] === 'boolean' ? settings[name] : null)
  const number = (name: string): number | null => (typeof settings[name] === 'number' ? settings[name] : null)
  const from = 'CompilationSettings of the compiled module'
  const row = (option: string, requested: string | null, achieved: string | null, readFrom = from): ReadBack => ({
    option,
    requested,
    achieved,
    same: requested === null || achieved === null ? null : requested === achieved,
    readFrom,
  })
  const disabled = flag('disableTf32')
  const tf32 = disabled === null ? null : !disabled
  const precision = achievedPrecision(flag('explicitTyping'), settings['precisions'], tf32, options)
  const refit = options.refit || options.strip || options.refitIdentical
  return [
    row('precision', options.precision, precision),
    row('tf32', options.precision === 'fp32' ? 'off' : options.precision === 'tf32' ? 'on' : null, onOff(tf32)),
    row('refit', refit ? 'on' : null, onOff(flag('refittable')), 'ICudaEngine.refittable of the first engine'),
    row('strip', options.strip ? 'on' : null, onOff(flag('strip'))),
    row('minBlockSize', options.minBlockSize === null ? null : String(options.minBlockSize), number('minBlockSize')?.toString() ?? null),
    row('optLevel', options.optLevel === null ? null : String(options.optLevel), number('optLevel')?.toString() ?? null),
    row('versionCompatible', options.versionCompatible ? 'on' : null, onOff(flag('versionCompatible'))),
    row('hardwareCompat', options.hardwareCompat, hardware(flag('hardwareCompatible'))),
    row('requireFull', options.requireFull ? 'on' : null, options.requireFull ? onOff(engines.length === 1) : null, 'blocks of the compiled module'),
    row('saved', null, saved === 'retraced' ? 'traced anew' : 'graph as it is', 'torch_tensorrt.save'),
  ]
}

const hardware = (on: boolean | null): string | null => (on === null ? null : on ? 'ampere-plus' : 'none')

/** A program's own types rule unless FP16 or BF16 was let in; what is on for all is told in the words that were asked in. */
function achievedPrecision(explicit: boolean | null, precisions: unknown, tf32: boolean | null, { precision }: BuildOptions): string | null {
  if (explicit === null) return null
  if (!explicit) {
    const enabled = Array.isArray(precisions) ? precisions.map(String) : []
    if (enabled.some((name) => /bf16|bfloat16/.test(name))) return 'bf16'
    return enabled.some((name) => /^(f16|float16|half)$/.test(name)) ? 'fp16' : 'fp32'
  }
  if (precision === 'fp32' || precision === 'tf32') return tf32 === null ? null : tf32 ? 'tf32' : 'fp32'
  return 'strongly-typed'
}
