import type { RunDocument } from '../../../contract/documents'
import { isDone } from '../call-record'
import { defineCommand } from '../command'
import { emptyRun } from '../documents'
import { compareFlags } from '../flags/compare'
import { draftOf } from '../flags/draft'
import { executeFlags } from '../flags/execute'
import { gpu, wholeOf } from '../flags/engine'
import { merge } from '../flags/merge'
import { mergeFrom } from '../flags/own'
import { timeLimitFlag } from '../flags/time-limit'
import { hostCodeFlag } from '../flags/trust'
import { runLines } from '../output/human'
import { closing, execute } from './run'

export const validateCommand = defineCommand<RunDocument>({
  name: 'validate',
  args: [{ name: 'RUN', help: (t) => t.arguments.run }],
  own: [mergeFrom, gpu],
  flags: [...compareFlags, ...executeFlags, timeLimitFlag, hostCodeFlag],
  empty: emptyRun,
  print: runLines,
  async run(call, context) {
    const { settings, trust } = await draftOf(call, context)
    // Settings lie over those of the machine and touch no recipe.
    const given = call.given.filter(({ flag }) => flag !== timeLimitFlag && flag !== hostCodeFlag)
    const asked = wholeOf(call, 'device', 0, null, context.text)
    const core = await context.core(settings)
    core.trust.forCall(trust)
    const handle = await core.runs.open(context.resolve(call.args[0] ?? ''))
    return closing(handle, async () => {
      // The flags lie over the recipe that the run was made with, not over the defaults.
      const before = handle.snapshot().recipe
      const { recipe } = merge(before, given, { text: context.text, resolve: context.resolve, program: context.resolve })
      const device = asked ?? before.validate.device
      const changed = given.length > 0 || device !== before.validate.device
      if (changed) await handle.setRecipe({ ...recipe, validate: { ...recipe.validate, device } })
      const from = call.own['merge']
      const outcome = await execute(handle, context, {
        upTo: 'validate',
        only: true,
        work: typeof from === 'string' ? async () => void (await handle.merge(context.resolve(from))) : undefined,
      })
      // A run's recipe is that of the results in it: flags that led to none must not stay.
      if (changed && !isDone(outcome.document.stages.validate.state)) await handle.setRecipe(before)
      return outcome
    })
  },
})
