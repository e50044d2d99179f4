import { createReadStream } from 'node:fs'
import { EnginesmithError } from '../errors'
import { writeAtomic } from '../files/write'
import { engineHeaderOf } from './engine'

/**
 * Writes an engine without the metadata that Ultralytics puts before the plan, as every other tool wants it.
 * @returns how many bytes were left out
 * @throws EnginesmithError ENGINE_HEADER_INVALID where there is no such metadata, or no engine; OUT_NOT_WRITABLE and so on
 */
export async function writePlainEngine(path: string, out: string): Promise<number> {
  const header = await engineHeaderOf(path)
  if (header === null || header.planOffset === 0) {
    throw new EnginesmithError(
      'ENGINE_HEADER_INVALID',
      header === null ? `${path} is no engine that is known here.` : `${path} has no metadata before its plan: it is a plain engine already.`,
      header === null ? 'Give an engine of TensorRT or TensorRT-RTX.' : 'Use the file as it is.',
      { path },
    )
  }
  await writeAtomic(out, createReadStream(path, { start: header.planOffset, highWaterMark: 1 << 20 }))
  return header.planOffset
}
