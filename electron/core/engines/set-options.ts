import { buildOptionsSchema, type BuildOptions } from '../../../contract/recipe'

export type SettableOption = Exclude<keyof BuildOptions, 'backend' | 'profiles'>

/** Options that were set away from their default; the backend and the profiles are none. */
export function setOptions(options: BuildOptions): SettableOption[] {
  const defaults = buildOptionsSchema.parse({})
  return buildOptionsSchema
    .omit({ backend: true, profiles: true })
    .keyof()
    .options.filter((name) => JSON.stringify(options[name]) !== JSON.stringify(defaults[name]))
}
