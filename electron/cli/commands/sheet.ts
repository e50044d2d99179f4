import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { SheetDocument } from '../../../contract/engine-sheet'
import { writing } from '../../core/disk'
import { emptySheet } from '../../core/engine-work/empty'
import { makeSheet } from '../../core/engine-work/sheet'
import { defineCommand } from '../command'
import { factsOfFindings, factsOfVerdict, joined } from '../exit-code'
import { buildFlags } from '../flags/build'
import { compareFlags } from '../flags/compare'
import { draftOf } from '../flags/draft'
import { executeFlags } from '../flags/execute'
import { recipe, sheetFolder } from '../flags/own'
import { workLine } from '../output/engine-lines'
import { sheetLines } from '../output/sheet-lines'

export const sheetCommand = defineCommand<SheetDocument>({
  name: 'sheet',
  args: [{ name: 'FILE', help: (t) => t.arguments.onnx }],
  own: [sheetFolder, recipe],
  // The sheet is about both libraries: none is chosen.
  flags: [...buildFlags.filter(({ name }) => name !== 'backend'), ...compareFlags, ...executeFlags],
  empty: emptySheet,
  print: sheetLines,
  async run(call, context) {
    const { text, signal, reporter, resolve } = context
    const draft = await draftOf(call, context)
    const document = emptySheet()
    context.partial = () => document
    const core = await context.core(draft.settings)
    const given = call.own['out']
    const kept = typeof given === 'string' ? resolve(given) : null
    const parent = path.join(os.tmpdir(), 'enginesmith-')
    const folder = kept ?? (await writing(parent, () => fs.mkdtemp(parent)))
    try {
      await makeSheet(core, { onnx: resolve(call.args[0] ?? ''), recipe: draft.recipe, folder }, document, {
        signal,
        tell: (progress) => reporter.status(workLine(progress, text)),
      })
    } finally {
      if (kept === null) {
        await fs.rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
        // The numbers stay; a file that is gone is not named.
        for (const row of document.rows) if (row.engine !== null) row.engine.path = path.basename(row.engine.path)
      }
    }
    const wrong = factsOfFindings(document.findings.filter(({ code }) => !code.startsWith('OUTPUT_')))
    return { document, facts: joined(wrong, factsOfVerdict(document.verdict)) }
  },
})
