import type { DrillDocument, SheetDocument } from '../../../contract/engine-sheet'
import type { DiffDocument, LayersDocument, RefitDocument, TimeDocument } from '../../../contract/engine-work'

/** The documents with nothing in them: what work on engines fills as it goes, and what a call that came to nothing answers. */

export const emptyTime = (): TimeDocument => ({
  engine: null,
  device: null,
  library: null,
  conditions: null,
  engineUse: null,
  rows: [],
  best: null,
  latencyLimitMs: null,
  findings: [],
})
export const emptyLayers = (): LayersDocument => ({ engine: null, source: null, profiledRuns: 0, layers: [], groups: [], findings: [] })
export const emptyDiff = (): DiffDocument => ({ a: null, b: null, rows: [], totals: null, findings: [] })
export const emptyRefit = (): RefitDocument => ({
  artifacts: [],
  source: null,
  weights: null,
  seconds: null,
  sizes: { before: null, withWeights: null, withoutWeights: null },
  flags: null,
  verified: null,
  comparisons: [],
  findings: [],
})
export const emptySheet = (): SheetDocument => ({ onnx: null, device: null, rows: [], difference: [], verdict: null, findings: [] })
export const emptyDrill = (): DrillDocument => ({
  onnx: null,
  checkpoint: null,
  backend: null,
  version: null,
  device: null,
  steps: [],
  verdict: null,
  findings: [],
})
