import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import stringify from 'json-stable-stringify'
import type { SheetRow } from '../../../contract/batch'
import type { Environment } from '../../../contract/environment'
import { recipeSchema, type Recipe } from '../../../contract/recipe'
import { inputsDigest } from '../inputs'
import { tensorsDigest } from '../tensors'

/** The whole recipe of a row: its own or the batch's, with its own inputs and answers. */
export function recipeOf(row: Pick<SheetRow, 'recipe' | 'inputs' | 'expect'>, common: Recipe): Recipe {
  const base = row.recipe ?? common
  return recipeSchema.parse({
    ...base,
    load: { ...base.load, inputsFile: row.inputs ?? base.load.inputsFile },
    validate: { ...base.validate, expect: row.expect ?? base.validate.expect },
  })
}

/**
 * Content key of a row's work: the file, what belongs to it, the recipe, and the libraries that it meets. A row whose key
 * is that of an earlier result need not be done again.
 */
export async function rowKey(row: SheetRow, recipe: Recipe, environment: Environment): Promise<string> {
  const { inputsFile, ...load } = recipe.load
  const { expect, ...validate } = recipe.validate
  const files: string[] = []
  for (const path of row.files)
    files.push(
      await stat(path).then(
        (stats) => `${stats.size} ${stats.mtimeMs}`,
        () => 'missing',
      ),
    )
  const { python, torch, driver, gpus, tensorrt, tensorrtRtx, onnxruntime } = environment
  const text = stringify({
    sha256: row.sha256,
    files,
    recipe: { ...recipe, load, validate },
    inputs: inputsFile === null ? null : await inputsDigest(inputsFile).catch(() => 'missing'),
    expect: expect === null ? null : await tensorsDigest(expect, 'output').catch(() => 'missing'),
    environment: { python, torch, driver, gpus: gpus.map((gpu) => gpu.name), tensorrt, tensorrtRtx, onnxruntime },
    trust: row.trust,
    // A class that was asked about is no reason to be refused again once somebody has said yes.
    ...(row.needs.includes('confirm') ? { unconfirmed: true } : {}),
  })
  return createHash('sha256')
    .update(text ?? '')
    .digest('hex')
}
