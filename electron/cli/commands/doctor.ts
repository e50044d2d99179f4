import type { DoctorDocument } from '../../../contract/environment'
import { makeFinding } from '../../core/errors'
import { defineCommand } from '../command'
import { emptyDoctor } from '../documents'
import { allWell } from '../exit-code'
import { draftOf } from '../flags/draft'
import { pythonFlag } from '../flags/model'
import { doctorLines } from '../output/human'
import type { Text } from '../text'

/** What must work for anything to work; a missing GPU or TensorRT is told, and is no fault. */
const needed = new Set(['PYTHON_MISSING', 'PYTHON_BROKEN', 'TORCH_MISSING', 'ADDON_MISSING', 'ADDON_UNUSABLE'])

export const doctorCommand = defineCommand<DoctorDocument>({
  name: 'doctor',
  args: [],
  own: [],
  flags: [pythonFlag],
  empty: emptyDoctor,
  print: doctorLines,
  async run(call, context) {
    const { settings } = await draftOf(call, context)
    const core = await context.core(settings)
    const found = await core.toolchain.doctor({ refresh: true })
    // Looking cannot be interrupted; what was found after a Ctrl-C is nothing that anybody waits for.
    context.signal.throwIfAborted()
    const findings = [...found.findings, ...unsaid(found, context.text)]
    const lacking = findings.some(({ code, severity }) => severity === 'error' && needed.has(code))
    return { document: { ...found, findings }, facts: { ...allWell, lacking: lacking || found.python.path === null || found.torch === null } }
  },
})

/** What the document shows to be missing though no finding says so. */
function unsaid({ python, torch, findings }: DoctorDocument, text: Text): DoctorDocument['findings'] {
  const said = findings.some(({ code }) => code === 'TORCH_MISSING' || code.startsWith('PYTHON_'))
  if ((python.path !== null && torch !== null) || said) return []
  return [makeFinding('TORCH_MISSING', 'error', text.faults.torchMissing, text.faults.torchMissingRemedy, { python: python.path })]
}
