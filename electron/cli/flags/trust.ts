import { loadOptionsSchema } from '../../../contract/recipe'
import type { Core } from '../../core/api'
import type { Call, Context } from '../command'
import { draftOf } from './draft'
import { sha256Schema } from '../../../contract/trust'
import { UsageError } from '../usage'
import type { Text } from '../text'
import { repeated, type Flag } from './types'

/**
 * What this call alone trusts: never part of a recipe, never a setting, never an environment variable, and nothing of
 * it is remembered.
 */
export const trustFlags: readonly Flag[] = [
  repeated(
    'allow-global',
    'NAME',
    (t) => t.flags.allowGlobal,
    (draft, values, { text }) => {
      for (const value of values) {
        if (!/^\w[\w.]*\.\w+$/.test(value)) {
          throw new UsageError(text.usage.globalName(value), text.usage.globalNameRemedy, { flag: '--allow-global', given: value })
        }
      }
      draft.trust.names.push(...values)
    },
  ),
  repeated(
    'allow-listed',
    'SHA256',
    (t) => t.flags.allowListed,
    (draft, values, { text }) => {
      draft.trust.listed.push(...values.map((value) => hash('--allow-listed', value, text)))
    },
  ),
  repeated(
    'trust-once',
    'SHA256',
    (t) => t.flags.trustOnce,
    (draft, values, { text }) => {
      draft.trust.once.push(...values.map((value) => hash('--trust-once', value, text)))
    },
  ),
  repeated(
    'allow-class',
    'module:Class',
    (t) => t.flags.allowClass,
    (draft, values, { text }) => {
      for (const value of values) {
        if (!loadOptionsSchema.shape.model.safeParse(value).success) {
          throw new UsageError(text.usage.model(value), text.usage.modelRemedy, { flag: '--allow-class', given: value })
        }
      }
      draft.trust.classes.push(...values)
    },
  ),
]

/** Code for the CPU that a version-compatible engine carries: of these files alone. */
export const hostCodeFlag: Flag = repeated(
  'allow-host-code',
  'SHA256',
  (t) => t.flags.allowHostCode,
  (draft, values, { text }) => {
    draft.trust.hostCode.push(...values.map((value) => hash('--allow-host-code', value, text)))
  },
)

/** The core under what the flags of a call trust. */
export async function trustedCore(call: Call, context: Context): Promise<Core> {
  const { settings, trust } = await draftOf(call, context)
  const core = await context.core(settings)
  core.trust.forCall(trust)
  return core
}

function hash(flag: string, given: string, text: Text): string {
  const parsed = sha256Schema.safeParse(given.toLowerCase())
  if (parsed.success) return parsed.data
  throw new UsageError(text.usage.sha256(flag, given), text.usage.sha256Remedy, { flag, given })
}
