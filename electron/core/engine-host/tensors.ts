import type { z } from 'zod'
import type { NativeMethods, NativeResult } from '../../../contract/native'
import { throwIfCancelled } from '../cancelled'
import { EnginesmithError } from '../errors'
import { RandomFile, withFile } from '../files/random-file'
import { readSafetensorsFrom, readSafetensorsHeader } from '../tensors/safetensors'
import type { Addon, Comparer, NativeTensor } from './addon'

type CompareParams = z.output<NativeMethods['tensors.compare']['params']>
type Row = NativeResult<'tensors.compare'>['outputs'][number]

/** A tensor file that stays open: one tensor at a time is in memory. */
interface OpenSet {
  file: RandomFile
  names: Set<string>
}

async function openSet(path: string): Promise<OpenSet> {
  const file = await RandomFile.open(path)
  try {
    return { file, names: new Set((await readSafetensorsHeader(file)).entries.map((entry) => entry.name)) }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function readTensor(set: OpenSet, name: string): Promise<NativeTensor> {
  const tensor = (await readSafetensorsFrom(set.file, new Set([name]))).get(name)
  if (tensor === undefined) throw new Error(`${set.file.path} has no tensor ${name}`)
  return { name, ...tensor }
}

/** An output that only one side has is a failed row: it was asked for, or it came unasked. */
function lonelyRow(output: string, problem: 'missing' | 'extra'): Row {
  return {
    output,
    verdict: 'fail',
    reason: problem === 'missing' ? 'The candidate has no output of this name.' : 'The reference has no output of this name.',
    problem,
    bothNan: 0,
    compared: 0,
    maxAbs: null,
    meanAbs: null,
    maxRel: null,
    rmse: null,
    cosine: null,
    mismatched: null,
    requiredAtol: null,
    atol: null,
    rtol: null,
    detail: null,
  }
}

/**
 * Compares the tensors of the same name, pooled over all files of both sides, a tensor at a time.
 * Order of the rows: the reference's, then what only the candidate has.
 */
export async function compareTensors(addon: Addon, params: CompareParams, signal: AbortSignal): Promise<NativeResult<'tensors.compare'>> {
  if (params.reference.length !== params.candidate.length) {
    throw new EnginesmithError('INPUTS_INVALID', 'Both sides of a comparison need the same number of input sets.', 'Run both sides on the same inputs.', {
      reference: params.reference.length,
      candidate: params.candidate.length,
    })
  }
  const open: OpenSet[] = []
  try {
    const pairs: Array<{ reference: OpenSet; candidate: OpenSet }> = []
    for (const [index, path] of params.reference.entries()) {
      const reference = await openSet(path)
      open.push(reference)
      const candidate = await openSet(params.candidate[index]!)
      open.push(candidate)
      pairs.push({ reference, candidate })
    }
    const outputs: Row[] = []
    for (const name of new Set(pairs.flatMap((pair) => [...pair.reference.names, ...pair.candidate.names]))) {
      throwIfCancelled(signal)
      if (pairs.some((pair) => !pair.candidate.names.has(name))) outputs.push(lonelyRow(name, 'missing'))
      else if (pairs.some((pair) => !pair.reference.names.has(name))) outputs.push(lonelyRow(name, 'extra'))
      else outputs.push(await compareOne(addon, params, name, pairs, signal))
    }
    return { outputs }
  } finally {
    for (const set of open) await set.file.close()
  }
}

async function compareOne(
  addon: Addon,
  params: CompareParams,
  name: string,
  pairs: Array<{ reference: OpenSet; candidate: OpenSet }>,
  signal: AbortSignal,
): Promise<Row> {
  const tolerance = params.tolerances[name] ?? params.tolerances['*'] ?? { atol: null, rtol: null }
  const comparer: Comparer = addon.createComparer({ rule: params.rule, atol: tolerance.atol, rtol: tolerance.rtol })
  for (const pair of pairs) {
    throwIfCancelled(signal)
    await comparer.add(await readTensor(pair.reference, name), await readTensor(pair.candidate, name))
  }
  const { quantilesExact: _exact, ...row } = await comparer.finish()
  return { output: name, ...row }
}

/** Names, types and shapes of a tensor file, from its header. */
export async function describeTensors(params: { path: string }): Promise<NativeResult<'tensors.describe'>> {
  const { entries } = await withFile(params.path, readSafetensorsHeader)
  return {
    tensors: entries.map(({ name, dtype, storedDtype, shape }) => {
      if (dtype === null)
        throw new EnginesmithError('INPUTS_INVALID', `${name} is of type ${storedDtype}, which cannot be computed with here.`, 'Save it as another type.', {
          name,
        })
      return { name, dtype, shape }
    }),
  }
}
