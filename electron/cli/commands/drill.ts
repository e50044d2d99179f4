import { sheetBackendSchema, type DrillDocument, type SheetBackend } from '../../../contract/engine-sheet'
import type { Recipe } from '../../../contract/recipe'
import type { Core } from '../../core/api'
import { refitDrill } from '../../core/engine-work/drill'
import { emptyDrill } from '../../core/engine-work/empty'
import { chooseBackend } from '../../core/engines'
import { EnginesmithError, findingOf } from '../../core/errors'
import { defineCommand } from '../command'
import { factsOfFindings, factsOfVerdict, joined } from '../exit-code'
import { buildFlags } from '../flags/build'
import { compareFlags } from '../flags/compare'
import { draftOf } from '../flags/draft'
import { pythonFlag } from '../flags/model'
import { executeFlags } from '../flags/execute'
import { checkpoint, drillFolder, recipe } from '../flags/own'
import { hostCodeFlag, trustedCore } from '../flags/trust'
import { keptFolder, withKept } from '../kept-folder'
import { drillLines } from '../output/drill-lines'
import { workLine } from '../output/engine-lines'
import type { Text } from '../text'
import { UsageError } from '../usage'

/** Which weights an engine holds is what the steps of the drill are about. */
const ofSteps: ReadonlySet<string> = new Set(['refit', 'refit-identical', 'strip'])

export const drillCommand = defineCommand<DrillDocument>({
  name: 'drill',
  args: [{ name: 'FILE', help: (t) => t.arguments.onnx }],
  own: [checkpoint, drillFolder, recipe],
  flags: [...buildFlags.filter(({ name }) => !ofSteps.has(name)), pythonFlag, ...compareFlags, ...executeFlags, hostCodeFlag],
  empty: emptyDrill,
  print: drillLines,
  async run(call, context) {
    const { text, signal, reporter, resolve } = context
    const draft = await draftOf(call, context)
    const asked = askedBackend(draft.recipe, text)
    const document = emptyDrill()
    context.partial = () => document
    const core = await trustedCore(call, context)
    const backend = asked ?? (await chosenBackend(core, document, text))
    const given = call.own['checkpoint']
    const order = { onnx: resolve(call.args[0] ?? ''), checkpoint: typeof given === 'string' ? resolve(given) : null, backend, recipe: draft.recipe }
    const engines = () => document.steps.map(({ engine }) => engine)
    try {
      await withKept(keptFolder(call, context), engines, (folder) =>
        refitDrill(core, { ...order, folder }, document, { signal, tell: (progress) => reporter.status(workLine(progress, text)) }),
      )
    } catch (error) {
      if (signal.aborted) throw error
      // What a late step broke on takes nothing from the steps before it.
      document.findings.push(findingOf(error))
    }
    const wrong = factsOfFindings(document.findings.filter(({ code }) => !code.startsWith('OUTPUT_')))
    return { document, facts: joined(wrong, factsOfVerdict(document.verdict)) }
  },
})

/** @throws UsageError where flag or recipe name a backend that makes no engine of this kind */
function askedBackend({ build: { backend } }: Recipe, { usage }: Text): SheetBackend | null {
  const known = sheetBackendSchema.nullable().safeParse(backend)
  if (known.success) return known.data
  throw new UsageError(usage.drillBackend(String(backend)), usage.drillBackendRemedy, { backend }, 'BUILD_OPTION_UNSUPPORTED')
}

/** The one that Build would take, and why; @throws EnginesmithError BACKEND_MISSING where that makes no engine */
async function chosenBackend(core: Core, document: DrillDocument, { usage }: Text): Promise<SheetBackend> {
  const { backend, finding } = chooseBackend(await core.toolchain.doctor())
  const known = sheetBackendSchema.safeParse(backend)
  if (!known.success) throw new EnginesmithError('BACKEND_MISSING', usage.noEngineBackend, usage.noEngineBackendRemedy, { chosen: backend })
  document.findings.push(finding)
  return known.data
}
