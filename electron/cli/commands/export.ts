import type { ExportDocument } from '../../../contract/export'
import { exportRun } from '../../core/export/export-run'
import { defineCommand } from '../command'
import { emptyExport } from '../documents'
import { factsOfFindings } from '../exit-code'
import { exportFolder, forceExport, zip } from '../flags/own'
import { exportLines } from '../output/human'
import { requireRunFolder } from './run-folder'

export const exportCommand = defineCommand<ExportDocument>({
  name: 'export',
  args: [{ name: 'RUN', help: (t) => t.arguments.run }],
  own: [exportFolder, zip, forceExport],
  flags: [],
  empty: emptyExport,
  print: exportLines,
  async run(call, context) {
    const folder = context.resolve(call.args[0] ?? '')
    const document = emptyExport()
    context.partial = () => document
    const run = await requireRunFolder(folder)
    document.run = folder
    const work = {
      folder,
      run,
      out: context.resolve(String(call.own['out'])),
      zip: call.own['zip'] === true,
      force: call.own['force'] === true,
      signal: context.signal,
    }
    await exportRun(await context.core(), work, document)
    return { document, facts: factsOfFindings(document.findings) }
  },
})
