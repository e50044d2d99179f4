import { readFile } from 'node:fs/promises'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { weightSchema, type CopyTarget, type Weight } from '../../contract/copy'
import { writing } from '../core/disk'
import type { Call, Context } from './command'
import { checkOutput, type PlaceOptions } from './place-file'
import { UsageError } from './usage'

/** What a `.wts` file cannot hold itself: written beside one, or read to give one its shapes back. */
export interface NameMap {
  shapes: Record<string, number[]> | null
  write: (weights: readonly Weight[]) => Promise<void>
}

const sides = z.array(z.number().int().min(0))
const given = z.union([
  z.array(weightSchema.pick({ name: true, shape: true })).transform((rows) => Object.fromEntries(rows.map(({ name, shape }) => [name, shape]))),
  z.record(z.string(), sides),
])

/** The name map of a call: `--name-map` is where it is written with `--to wts`, and where it is read for a `.wts` file. */
export async function openNameMap(call: Call, context: Context, target: 'onnx' | CopyTarget, options: PlaceOptions): Promise<NameMap> {
  const none: NameMap = { shapes: null, write: () => Promise.resolve() }
  const value = call.own['name-map']
  if (value === undefined) return none
  const { usage } = context.text
  const path = context.resolve(String(value))
  if (target === 'wts') {
    await checkOutput(path, context.resolve(call.args[0] ?? ''), options)
    return { shapes: null, write: (weights) => writing(path, () => writeFileAtomic(path, `${JSON.stringify(weights, null, 1)}\n`)) }
  }
  if (target !== 'safetensors') throw new UsageError(usage.nameMapUnused, usage.nameMapUnusedRemedy, { flag: '--name-map', to: target })
  try {
    return { ...none, shapes: given.parse(JSON.parse(await readFile(path, 'utf8'))) }
  } catch (error) {
    const reason = error instanceof z.ZodError ? (error.issues[0]?.message ?? '') : error instanceof Error ? error.message : String(error)
    throw new UsageError(usage.nameMap(reason), usage.nameMapRemedy, { path })
  }
}
