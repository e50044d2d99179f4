import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import stringify from 'json-stable-stringify'
import type { LoadOptions } from '../../../contract/recipe'
import { EnginesmithError } from '../errors'

/** What a recipe says of code: which class is imported, and what it is called with. */
export type NamedClass = Pick<LoadOptions, 'model' | 'modelArgs'>

/** Libraries whose models go by name: the recipe chooses one of a known list, and imports nothing of its own. */
const byName = new Set(['timm', 'torchvision', 'ultralytics'])

/** Content hash of what a recipe says of code: a decision on it holds for every recipe that says the same, and for no other. */
export function classDigest({ model, modelArgs }: NamedClass): string {
  return createHash('sha256')
    .update(stringify({ model, modelArgs }) ?? '')
    .digest('hex')
}

/** True where loading imports nothing that the recipe chose. */
export const importsNothing = ({ model }: NamedClass): boolean => model === null || byName.has(model.slice(0, model.indexOf(':')))

/** True where the class is in a folder that was named for its code. */
export function liesIn(folder: string, model: string): boolean {
  const [top = ''] = model.slice(0, model.indexOf(':')).split('.')
  return top !== '' && (existsSync(join(folder, `${top}.py`)) || existsSync(join(folder, top)))
}

export function classUnconfirmed({ model, modelArgs }: NamedClass): EnginesmithError {
  return new EnginesmithError(
    'LOAD_CLASS_UNCONFIRMED',
    `The recipe names the class ${model ?? ''}, and nobody on this machine has said yet that its code may be imported. Nothing was imported.`,
    `If you know where the recipe comes from and what the class does, confirm it in the Load step, or give it by --model ${model ?? ''} or --allow-class ${model ?? ''}.`,
    { model, modelArgs: modelArgs === null ? null : JSON.stringify(modelArgs) },
  )
}
