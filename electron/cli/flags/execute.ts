import type { ValidateOptions } from '../../../contract/recipe'
import { weightBudgetSchema } from '../../../contract/run-options'
import { UsageError } from '../usage'
import { valued, type Flag } from './types'

/** A flag for every option of how an engine is run. */
const flags = {
  weightBudget: valued(
    'weight-budget',
    'auto|N%|SIZE',
    (t) => t.flags.weightBudget,
    (draft, value, { text }) => {
      if (!weightBudgetSchema.safeParse(value).success)
        throw new UsageError(text.usage.choice('weight-budget', value), text.usage.weightBudgetRemedy, { flag: '--weight-budget', given: value })
      draft.recipe.validate.weightBudget = value
    },
  ),
  runtimeCache: {
    name: 'runtime-cache',
    value: 'FILE',
    repeat: false,
    off: true,
    help: (t) => t.flags.runtimeCache,
    apply(draft, values, { resolve }) {
      const last = values.at(-1)
      draft.recipe.validate.runtimeCache = typeof last === 'string' ? resolve(last) : null
      if (last === false) draft.settings.runtimeCache = false
    },
  },
} satisfies Record<'weightBudget' | 'runtimeCache', Flag> & Partial<Record<keyof ValidateOptions, Flag>>

export const executeFlags: readonly Flag[] = Object.values(flags)
