import type { DiffDocument, DiffRow } from '../../../contract/engine-work'
import type { Finding } from '../../../contract/finding'
import type { Core } from '../api'
import { diffLayers, sumMs } from './layers'
import { listLayers, type LayersOptions } from './list-layers'
import type { Tell } from './built'
import type { EngineSubject } from './open'

/** Lists the layers of both engines and aligns them. Fills `document`. @throws EnginesmithError as listLayers does */
export async function diffEngines(
  core: Pick<Core, 'host' | 'toolchain' | 'settings' | 'dataFolder'>,
  [subjectA, subjectB]: readonly [EngineSubject, EngineSubject],
  options: LayersOptions,
  document: DiffDocument,
  call: { signal: AbortSignal; tell: Tell },
): Promise<void> {
  const a = await listLayers(core, subjectA, options, call)
  const b = await listLayers(core, subjectB, options, call)
  const said = (finding: Finding): boolean => a.findings.some(({ code, message }) => code === finding.code && message === finding.message)
  document.findings.push(...a.findings, ...b.findings.filter((finding) => !said(finding)))
  document.rows = diffLayers(a.layers, b.layers)
  const count = (state: DiffRow['state']): number => document.rows.filter((row) => row.state === state).length
  document.totals = {
    same: count('same'),
    changed: count('changed'),
    onlyA: count('only-a'),
    onlyB: count('only-b'),
    aLayers: a.layers.length,
    bLayers: b.layers.length,
    aMs: sumMs(a.layers),
    bMs: sumMs(b.layers),
  }
}
