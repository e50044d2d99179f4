import { describe, expect, it } from 'vitest'
import { emptyDiff, emptyDrill, emptyLayers, emptySheet, emptyTime } from '../../../electron/core/engine-work/empty'
import { histogramOf, statisticsOf } from '../../../electron/core/engine-work/statistics'
import { engineFileName, renderEngine } from '../../../electron/core/report/engine'

const file = { path: '/models/cnn.engine', sha256: 'f', bytes: 5 }
const layer = { name: 'conv, 1', type: 'gemm', precision: 'Half', tactic: null, onnxNodes: ['n1', 'n2'], ms: { mean: 0.5, median: 0.4, share: 1 } }
const lines = (text: string): string[] => text.trimEnd().split('\r\n')

describe('renderEngine', () => {
  it('writes layers and differences as tables', () => {
    const layers = { kind: 'layers' as const, document: { ...emptyLayers(), engine: file, layers: [layer, { ...layer, name: '=SUM(A1)', ms: null }] } }
    expect(lines(renderEngine(layers, 'csv'))).toEqual([
      'name,type,precision,tactic,onnxNodes,meanMs,medianMs,share',
      '"conv, 1",gemm,Half,,n1; n2,0.5,0.4,1',
      "'=SUM(A1),gemm,Half,,n1; n2,,,",
    ])
    expect(engineFileName(layers)).toBe('/models/cnn.engine')
    expect(JSON.parse(renderEngine(layers, 'json'))).toEqual(layers.document)
    const row = { state: 'only-b' as const, onnxNodes: ['n1'], a: [], b: [layer], changed: [], msDifference: null }
    expect(lines(renderEngine({ kind: 'diff', document: { ...emptyDiff(), rows: [row] } }, 'csv'))[1]).toBe('only-b,,n1,,"conv, 1",,Half,')
  })

  it('writes every measure and figure of a time, with the best row marked', () => {
    const of = statisticsOf([1, 2])
    const all = { gpu: of, host: of, h2d: of, d2h: of, enqueue: of, latency: of }
    const row = {
      ...all,
      profile: 0,
      shapes: { x: [4, 3] },
      batch: 4,
      cudaGraph: true,
      iterations: 2,
      throughput: 9,
      histogram: histogramOf([1, 2]),
      warnings: [],
    }
    const [head, first] = lines(renderEngine({ kind: 'time', document: { ...emptyTime(), rows: [row], best: 0 } }, 'csv'))
    expect(head?.split(',')).toHaveLength(8 + 6 * 7)
    expect(first).toMatch(/^0,x:4x3,4,true,2,9,true,,1,1\.5,1\.5,2,2,2,2,/)
  })

  it('writes the sheet and the drill with their reasons', () => {
    const nothing = { targets: [], engine: null, buildSeconds: null, firstRunMs: null, warmStartMs: null, gpu: null, latency: null, throughput: null }
    const row = { ...nothing, backend: 'tensorrt' as const, version: null, notBuilt: 'not here', notRun: null, verdict: null, comparisons: [] }
    expect(lines(renderEngine({ kind: 'sheet', document: { ...emptySheet(), rows: [row] } }, 'csv'))[1]).toBe('tensorrt,,,,,,,,,,,,not here')
    const step = {
      step: 'refit' as const,
      reason: null,
      seconds: 0.25,
      bytesWith: 10,
      bytesWithout: 2,
      flagsWith: ['INCLUDE_REFIT'],
      flagsWithout: ['EXCLUDE_WEIGHTS'],
      ofFull: { seconds: 0.02, bytesWith: 1, bytesWithout: 0.2, gpuMs: 1.25, latencyMs: null },
    }
    const done = { ...step, engine: file, weights: { set: 4, total: 4 }, gpuMs: 1, latencyMs: 1.5, zeros: false, verdict: 'pass' as const, comparisons: [] }
    expect(lines(renderEngine({ kind: 'drill', document: { ...emptyDrill(), steps: [done] } }, 'csv'))).toEqual([
      'step,verdict,reason,seconds,bytesWith,bytesWithout,flagsWith,flagsWithout,weightsSet,weightsTotal,gpuMs,latencyMs,zeros,secondsOfFull,bytesWithOfFull,bytesWithoutOfFull,gpuMsOfFull,latencyMsOfFull',
      'refit,pass,,0.25,10,2,INCLUDE_REFIT,EXCLUDE_WEIGHTS,4,4,1,1.5,false,0.02,1,0.2,1.25,',
    ])
  })
})
