import type { TimeDocument } from '../../../contract/engine-work'
import { emptyTime } from '../../core/engine-work/empty'
import { engineSubject } from '../../core/engine-work/open'
import { timeDefaults, timeEngine } from '../../core/engine-work/time'
import { defineCommand } from '../command'
import { factsOfFindings } from '../exit-code'
import { draftOf } from '../flags/draft'
import { executeFlags } from '../flags/execute'
import { realOf, shapesOf, timeFlags, wholeOf } from '../flags/engine'
import { hostCodeFlag, trustedCore } from '../flags/trust'
import { choice } from '../flags/values'
import { timeLines, workLine } from '../output/engine-lines'

export const timeCommand = defineCommand<TimeDocument>({
  name: 'time',
  args: [{ name: 'ENGINE', help: (t) => t.arguments.engine }],
  own: timeFlags,
  flags: [...executeFlags, hostCodeFlag],
  empty: emptyTime,
  print: timeLines,
  async run(call, context) {
    const { text, signal, reporter } = context
    const graph = call.own['cuda-graph']
    const { weightBudget, runtimeCache } = (await draftOf(call, context)).recipe.validate
    const options = {
      device: wholeOf(call, 'device', 0, timeDefaults.device, text),
      profile: wholeOf(call, 'profile', 0, timeDefaults.profile, text),
      shapes: shapesOf(call, text),
      warmUpMs: wholeOf(call, 'warm-up', 0, timeDefaults.warmUpMs, text),
      durationMs: wholeOf(call, 'duration', 0, timeDefaults.durationMs, text),
      iterations: wholeOf(call, 'iterations', 1, timeDefaults.iterations, text),
      cudaGraph: typeof graph === 'string' ? choice('cuda-graph', graph, ['on', 'off', 'both'], text) : timeDefaults.cudaGraph,
      overlap: call.own['plain-loop'] !== true,
      sweep: call.own['sweep'] === true,
      latencyLimitMs: realOf(call, 'latency-limit', null, text),
      weightBudget,
      runtimeCache,
    }
    const document = emptyTime()
    context.partial = () => document
    const subject = await engineSubject(context.resolve(call.args[0] ?? ''), signal)
    document.engine = subject.file
    const core = await trustedCore(call, context)
    await timeEngine(core, subject, options, document, { signal, tell: (progress) => reporter.status(workLine(progress, text)) })
    return { document, facts: factsOfFindings(document.findings) }
  },
})
