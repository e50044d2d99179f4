import { ruleSchema } from '../../../contract/recipe'
import type { ValidateOptions } from '../../../contract/recipe'
import { valued, type Flag } from './types'
import { choice, realNumber } from './values'

/** A flag for every option of Validate that says how outputs are compared; per-output tolerances live in a recipe alone. */
const flags = {
  atol: valued(
    'atol',
    'X',
    (t) => t.flags.atol,
    (draft, value, { text }) => {
      draft.recipe.validate.atol = realNumber('atol', value, { least: 0 }, text)
    },
  ),
  rtol: valued(
    'rtol',
    'X',
    (t) => t.flags.rtol,
    (draft, value, { text }) => {
      draft.recipe.validate.rtol = realNumber('rtol', value, { least: 0 }, text)
    },
  ),
  rule: valued(
    'rule',
    'numpy|polygraphy',
    (t) => t.flags.rule,
    (draft, value, { text }) => {
      draft.recipe.validate.rule = choice('rule', value, ruleSchema.options, text)
    },
  ),
  expect: valued(
    'expect',
    'FILE.npz',
    (t) => t.flags.expect,
    (draft, value, { resolve }) => {
      draft.recipe.validate.expect = resolve(value)
    },
  ),
} satisfies Record<Exclude<keyof ValidateOptions, 'outputs' | 'device' | 'weightBudget' | 'runtimeCache'>, Flag>

export const compareFlags: readonly Flag[] = Object.values(flags)
