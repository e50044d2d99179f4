import type { SheetDocument } from '../../../contract/engine-sheet'
import { emptySheet } from '../../core/engine-work/empty'
import { makeSheet } from '../../core/engine-work/sheet'
import { defineCommand } from '../command'
import { factsOfFindings, factsOfVerdict, joined } from '../exit-code'
import { buildFlags } from '../flags/build'
import { compareFlags } from '../flags/compare'
import { draftOf } from '../flags/draft'
import { executeFlags } from '../flags/execute'
import { recipe, sheetFolder } from '../flags/own'
import { hostCodeFlag, trustedCore } from '../flags/trust'
import { keptFolder, withKept } from '../kept-folder'
import { workLine } from '../output/engine-lines'
import { sheetLines } from '../output/sheet-lines'

export const sheetCommand = defineCommand<SheetDocument>({
  name: 'sheet',
  args: [{ name: 'FILE', help: (t) => t.arguments.onnx }],
  own: [sheetFolder, recipe],
  // The sheet is about both libraries: none is chosen.
  flags: [...buildFlags.filter(({ name }) => name !== 'backend'), ...compareFlags, ...executeFlags, hostCodeFlag],
  empty: emptySheet,
  print: sheetLines,
  async run(call, context) {
    const { text, signal, reporter, resolve } = context
    const draft = await draftOf(call, context)
    const document = emptySheet()
    context.partial = () => document
    const core = await trustedCore(call, context)
    const engines = () => document.rows.map(({ engine }) => engine)
    await withKept(keptFolder(call, context), engines, (folder) =>
      makeSheet(core, { onnx: resolve(call.args[0] ?? ''), recipe: draft.recipe, folder }, document, {
        signal,
        tell: (progress) => reporter.status(workLine(progress, text)),
      }),
    )
    const wrong = factsOfFindings(document.findings.filter(({ code }) => !code.startsWith('OUTPUT_')))
    return { document, facts: joined(wrong, factsOfVerdict(document.verdict)) }
  },
})
