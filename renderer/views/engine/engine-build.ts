import type { SheetBackend } from '../../../contract/engine-sheet'
import { buildOptionsSchema, type BuildOptions } from '../../../contract/recipe'
import { withoutForeign, type OptionName, type Support } from '../../wizard/model/options'

/** How engines of a tab are built: every option of Build, and the sizes as text. Nothing of it outlives the window. */
export interface EngineBuild {
  options: BuildOptions
  sizes: string
}

export const defaultBuild = (): EngineBuild => ({ options: buildOptionsSchema.parse({}), sizes: '' })

/** What the sheet and the drill decide for themselves: the GPU is that of the whole view, the weights are the drill's own matter. */
export const ofView: readonly OptionName[] = ['device']
export const ofDrill: readonly OptionName[] = [...ofView, 'refit', 'refitIdentical', 'strip']

/** What is asked of main: no option that the library lacks, on the GPU of the view. */
export function askedOf(
  { options, sizes }: EngineBuild,
  backend: SheetBackend,
  support: Support,
  device: number | null,
): { options: BuildOptions; profiles: string[] } {
  return { options: { ...withoutForeign(options, backend, support), backend: null, device }, profiles: sizes.split(/\s+/).filter((spec) => spec !== '') }
}
