import type { LayersDocument } from '../../../contract/engine-work'
import { layersDefaults, listLayers } from '../../core/engine-work/list-layers'
import { emptyLayers } from '../../core/engine-work/empty'
import { engineSubject } from '../../core/engine-work/open'
import { defineCommand } from '../command'
import { factsOfFindings } from '../exit-code'
import { at, gpu, profiledRuns, profileFlag, shapesOf, wholeOf } from '../flags/engine'
import { hostCodeFlag, trustedCore } from '../flags/trust'
import { layerLines, workLine } from '../output/engine-lines'

export const layersCommand = defineCommand<LayersDocument>({
  name: 'layers',
  args: [{ name: 'ENGINE', help: (t) => t.arguments.engine }],
  own: [gpu, profileFlag, at, profiledRuns],
  flags: [hostCodeFlag],
  empty: emptyLayers,
  print: layerLines,
  async run(call, context) {
    const { text, signal, reporter } = context
    const options = {
      device: wholeOf(call, 'device', 0, layersDefaults.device, text),
      profile: wholeOf(call, 'profile', 0, layersDefaults.profile, text),
      shapes: shapesOf(call, text),
      profiledRuns: wholeOf(call, 'profiled-runs', 1, layersDefaults.profiledRuns, text),
    }
    const subject = await engineSubject(context.resolve(call.args[0] ?? ''), signal)
    context.partial = () => ({ ...emptyLayers(), engine: subject.file })
    const document = await listLayers(await trustedCore(call, context), subject, options, {
      signal,
      tell: (progress) => reporter.status(workLine(progress, text)),
    })
    return { document, facts: factsOfFindings(document.findings) }
  },
})
