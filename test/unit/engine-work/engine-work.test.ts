import { describe, expect, it } from 'vitest'
import type { Layer } from '../../../contract/engine'
import { diffLayers, groupsOf, withTimes } from '../../../electron/core/engine-work/layers'
import { zeroFinding } from '../../../electron/core/engine-work/open'
import { bestOf, histogramOf, percentile, statisticsOf, warningsOf } from '../../../electron/core/engine-work/statistics'
import { sweepOf } from '../../../electron/core/engine-work/time'

const layer = (name: string, onnxNodes: string[], rest: Partial<Layer> = {}): Layer => ({
  name,
  type: 'Convolution',
  precision: 'Float',
  tactic: 't',
  onnxNodes,
  ...rest,
})

describe('statistics', () => {
  it('takes percentiles by the index of the definition', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1)
    expect([90, 95, 99].map((p) => percentile(values, p))).toEqual([90, 95, 99])
    const ten = values.slice(0, 10)
    // max(10-1-int(0.1*10), 0) = 8; int(0.01*10) = 0 leaves the last.
    expect([percentile(ten, 90), percentile(ten, 99), percentile([7], 99)]).toEqual([9, 10, 7])
  })

  it('tells mean, median and deviation', () => {
    expect(statisticsOf([4, 1, 3, 2])).toMatchObject({ min: 1, max: 4, mean: 2.5, median: 2.5 })
    expect(statisticsOf([2, 4]).cv).toBeCloseTo(1 / 3)
    expect(statisticsOf([5, 1, 3]).median).toBe(3)
  })

  it('bins the times up to the 99th percentile and counts the rest', () => {
    const values = [...Array.from({ length: 199 }, (_, index) => 1 + index / 198), 50]
    const { edges, counts, beyond } = histogramOf(values)
    expect([edges.length, counts.length]).toEqual([41, 40])
    expect(edges[0]).toBe(1)
    expect(edges[40]).toBeLessThan(2)
    expect(counts.reduce((sum, value) => sum + value, beyond)).toBe(200)
    expect(beyond).toBeGreaterThan(0)
    expect(histogramOf([3, 3])).toEqual({ edges: [3, 3], counts: [2], beyond: 0 })
  })

  it('warns where something else than computing is measured', () => {
    const of = (ms: number): ReturnType<typeof statisticsOf> => statisticsOf([ms, ms])
    expect(warningsOf({ gpu: of(1), h2d: of(0.1), d2h: of(0.1), enqueue: of(0.1) })).toEqual([])
    expect(warningsOf({ gpu: of(1), h2d: of(2), d2h: of(0.1), enqueue: of(3) })).toEqual(['enqueue-bound', 'transfer-bound'])
    expect(warningsOf({ gpu: statisticsOf([1, 1.2]), h2d: of(0.1), d2h: of(0.1), enqueue: of(0.1) })).toEqual(['unstable'])
  })

  it('finds the best row under a latency limit', () => {
    const rows = [1, 4, 8].map((batch) => ({ batch, throughput: 100 / Math.sqrt(batch), latency: statisticsOf([batch]) }))
    expect(bestOf(rows, null)).toBe(2)
    expect(bestOf(rows, 5)).toBe(1)
    expect(bestOf(rows, 0.5)).toBeNull()
  })

  it('sweeps the first size of every moving input', () => {
    const profile = [{ name: 'x', min: [1, 3], opt: [4, 3], max: [6, 3] }]
    expect(sweepOf(profile, []).map((set) => set[0]?.shape)).toEqual([
      [1, 3],
      [2, 3],
      [4, 3],
      [6, 3],
    ])
    expect(sweepOf([{ name: 'x', min: [2], opt: [2], max: [2] }], [])).toEqual([[]])
  })
})

describe('layers', () => {
  it('joins times by name, with shares, and keeps a time without a layer', () => {
    const timed = withTimes(
      [layer('a', ['n1']), layer('b', [])],
      [
        { name: 'a', ms: [3, 3] },
        { name: 'reformat', ms: [1, 1] },
      ],
    )
    expect(timed.map(({ name, ms }) => [name, ms?.mean ?? null, ms?.share ?? null])).toEqual([
      ['a', 3, 0.75],
      ['b', null, null],
      ['reformat', 1, 0.25],
    ])
    expect(groupsOf(timed)).toEqual([{ onnxNode: 'n1', layers: ['a'], ms: 3 }])
  })

  it('aligns two engines by ONNX nodes although they fuse otherwise', () => {
    const a = withTimes([layer('conv', ['n1']), layer('relu', ['n2']), layer('same', ['n3']), layer('gone', [])], [])
    const b = withTimes([layer('conv+relu', ['n1', 'n2']), layer('same', ['n3']), layer('new', []), layer('half', ['n4'], { precision: 'Half' })], [])
    expect(diffLayers(a, b).map((row) => [row.state, row.onnxNodes, row.a.length, row.b.length, row.changed])).toEqual([
      ['changed', ['n1', 'n2'], 2, 1, ['layers']],
      ['same', ['n3'], 1, 1, []],
      ['only-a', [], 1, 0, []],
      ['only-b', [], 0, 1, []],
      ['only-b', ['n4'], 0, 1, []],
    ])
    const half = withTimes([layer('conv', ['n1'], { precision: 'Half', tactic: 'u' })], [])
    expect(diffLayers(a.slice(0, 1), half)[0]?.changed).toEqual(['precision', 'tactic'])
  })
})

describe('zeros', () => {
  it('calls an engine without any answer one without weights', () => {
    expect(zeroFinding(['y'], 1, 'time')?.code).toBe('REFIT_ALL_ZERO')
    expect(zeroFinding(['y'], 2, 'time')).toBeNull()
    expect(zeroFinding([], 0, 'time')).toBeNull()
  })
})
