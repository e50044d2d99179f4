import fs from 'node:fs/promises'
import type { RefitDocument } from '../../../contract/engine-work'
import { emptyRefit } from '../../core/engine-work/empty'
import { engineSubject } from '../../core/engine-work/open'
import { refitEngine } from '../../core/engine-work/refit'
import { onnxFile } from '../../core/engine-work/sheet'
import { sha256File } from '../../core/files/hash'
import { withScratch } from '../../core/scratch'
import { defineCommand } from '../command'
import { factsOfFindings, factsOfVerdict, joined } from '../exit-code'
import { compareFlags } from '../flags/compare'
import { draftOf } from '../flags/draft'
import { from, gpu, graph, wholeOf } from '../flags/engine'
import { pythonFlag } from '../flags/model'
import { hostCodeFlag, trustedCore } from '../flags/trust'
import { force, outFile } from '../flags/own'
import { refitLines, workLine } from '../output/engine-lines'
import { checkOutput, placeArtifacts } from '../place-file'

export const refitCommand = defineCommand<RefitDocument>({
  name: 'refit',
  args: [{ name: 'ENGINE', help: (t) => t.arguments.engine }],
  own: [from, graph, outFile, force, gpu],
  flags: [pythonFlag, ...compareFlags, hostCodeFlag],
  empty: emptyRefit,
  print: refitLines,
  async run(call, context) {
    const { text, signal, reporter, resolve } = context
    const { recipe } = await draftOf(call, context)
    const device = wholeOf(call, 'device', 0, null, text)
    const out = resolve(String(call.own['out']))
    const options = { force: call.own['force'] === true, text }
    const document = emptyRefit()
    context.partial = () => document
    const subject = await engineSubject(resolve(call.args[0] ?? ''), signal)
    document.sizes.before = subject.file.bytes
    await checkOutput(out, subject.file.path, options)
    const core = await trustedCore(call, context)
    const source = await core.describeFile(resolve(String(call.own['from'])), { signal, hash: 'wait' })
    document.source = { path: source.path, format: source.format, sha256: source.sha256 ?? '' }
    const given = call.own['onnx']
    const network = typeof given === 'string' ? (await onnxFile(core, resolve(given), signal)).path : null
    return withScratch(async (scratch) => {
      const work = { subject, source, graph: network, device, compare: recipe.validate, cards: null, scratch }
      const files = await refitEngine(core, work, document, { signal, tell: (progress) => reporter.status(workLine(progress, text)) })
      const bad = document.findings.some(({ severity }) => severity === 'error')
      if (files.withWeights !== null && files.withoutWeights !== null && !bad) {
        // An engine that answers wrongly is not written where someone would use it.
        for (const [file, target] of [
          [files.withWeights, out],
          [files.withoutWeights, `${out}.stripped`],
        ] as const) {
          const made = { kind: 'engine' as const, path: file, sha256: await sha256File(file, signal), bytes: (await fs.stat(file)).size }
          document.artifacts.push(...(await placeArtifacts(made, [], target, (artifact) => artifact.path, options)))
        }
      }
      const findings = factsOfFindings(document.findings.filter(({ code }) => !code.startsWith('OUTPUT_')))
      return { document, facts: joined(findings, factsOfVerdict(document.verified)) }
    })
  },
})
