import { expect, it } from 'vitest'
import { buildFlags } from '../../../electron/cli/flags/build'
import { buildOptions, flagOf } from '../../../renderer/wizard/model/options'

it.each(buildOptions.map(({ name }) => name))('the wizard calls %s by the flag that the command line has', (name) => {
  expect(buildFlags.map((flag) => `--${flag.name}`)).toContain(flagOf(name))
})
