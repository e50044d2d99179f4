import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import stringify from 'json-stable-stringify'
import type { LoadOptions } from '../../../contract/recipe'
import type { Finding } from '../../../contract/finding'
import { EnginesmithError, makeFinding } from '../errors'

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

/** The one question of many rows: which classes they name, and the flags that say yes to them. */
export function classesUnconfirmed(named: ReadonlyArray<string | null>, severity: 'error' | 'warning'): Finding {
  const classes = [...new Set(named.flatMap((one) => one ?? []))].sort()
  const flags = classes.map((one) => `--allow-class ${one}`).join(' ')
  return makeFinding(
    'LOAD_CLASS_UNCONFIRMED',
    severity,
    `${named.length} ${named.length === 1 ? 'row names a class' : 'rows name classes'} that nobody on this machine has said may be imported: ${classes.join(', ')}. Nothing was imported for ${named.length === 1 ? 'it' : 'them'}.`,
    `If you know where the recipes come from and what the classes do, run the same command with ${flags}.`,
    { rows: named.length, classes, flags },
  )
}

export function classUnconfirmed({ model, modelArgs }: NamedClass): EnginesmithError {
  return new EnginesmithError(
    'LOAD_CLASS_UNCONFIRMED',
    `The recipe names the class ${model ?? ''}, and nobody on this machine has said yet that its code may be imported. Nothing was imported.`,
    `If you know where the recipe comes from and what the class does, confirm it in the Load step or in the plan sheet of the batch, or give it by --model ${model ?? ''} or --allow-class ${model ?? ''}.`,
    { model, modelArgs: modelArgs === null ? null : JSON.stringify(modelArgs) },
  )
}
