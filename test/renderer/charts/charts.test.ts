import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent, MarkAreaComponent, MarkLineComponent } from 'echarts/components'
import { init, use, type EChartsCoreOption } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { describe, expect, it } from 'vitest'
import { axisNumber, niceCeil, niceRange, powerLabel } from '../../../renderer/charts/axes'
import { bins, histogramFacts, histogramOption } from '../../../renderer/charts/histogram'
import { allowance, outside, scatterOption, worstPoint } from '../../../renderer/charts/scatter'
import { signedLog } from '../../../renderer/charts/signed-log'
import { light } from '../../../renderer/theme/tokens'
import { detail } from '../wizard/snapshots'

use([BarChart, CustomChart, ScatterChart, LineChart, GridComponent, MarkLineComponent, MarkAreaComponent, SVGRenderer])
/** The real drawing, as the window would make it. */
function draw(option: EChartsCoreOption): string {
  const chart = init(null, undefined, { renderer: 'svg', ssr: true, width: 420, height: 232 })
  chart.setOption({ animation: false, ...option })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}
const words = { reference: 'PyTorch', candidate: 'Engine', difference: 'Engine − PyTorch', tolerance: 'tolerance', worst: (value: string) => `worst ${value}` }
const numpy = { atol: 0.5, rtol: 1e-2, rule: 'numpy' as const }

describe('histogram', () => {
  const { histogram } = detail()
  it('has no bar across the tolerance', () => {
    const line = Math.log10(0.5)
    for (const bin of bins(histogram)) expect(bin.from < line - 1e-9 && bin.to > line + 1e-9).toBe(false)
  })
  it('leaves empty bins out and stands exact matches apart', () => {
    const all = bins(histogram)
    expect(all[0]).toMatchObject({ zero: true, count: 321 })
    expect(all.slice(1).map((bin) => bin.count)).toEqual([12, 1840, 118000, 642000, 1630000, 54800, 650])
    expect(all[0]!.to).toBeLessThan(all[1]!.from)
    expect(bins({ edges: [-3, -2], counts: [0], zero: 0 })).toEqual([])
  })
  it('draws a bar for every bin and the tolerance by name', () => {
    const svg = draw(histogramOption(detail(), 0.5, light, { axis: 'absolute error', tolerance: 'atol 0.5' }))
    expect(svg).toContain('atol 0.5')
    expect(svg).toContain('absolute error')
    expect(svg.match(new RegExp(`fill="${light.accent}"`, 'gi'))).toHaveLength(8)
  })
  it('draws one single value, and all values equal', () => {
    expect(
      draw(histogramOption({ histogram: { edges: [-6, -5], counts: [1], zero: 0 } }, 1e-4, light, { axis: 'a', tolerance: 't' })).match(
        new RegExp(`fill="${light.accent}"`, 'gi'),
      ),
    ).toHaveLength(1)
    expect(
      draw(histogramOption({ histogram: { edges: [], counts: [], zero: 99 } }, 0, light, { axis: 'a', tolerance: 't' })).match(
        new RegExp(`fill="${light.accent}"`, 'gi'),
      ),
    ).toHaveLength(1)
  })
  it('counts what lies beyond', () => {
    expect(histogramFacts(histogram, 0.5)).toMatchObject({ total: 2447623, exact: 321, beyond: 0, from: -4, to: -2 })
    expect(histogramFacts(histogram, 1e-1).beyond).toBe(650)
    expect(histogramFacts({ edges: [-3, -2], counts: [4], zero: 1 }, 0).beyond).toBe(4)
  })
})

describe('scatter', () => {
  const points = detail().scatter
  it('knows both rules', () => {
    expect(allowance(-10, numpy)).toBeCloseTo(0.6)
    expect(allowance(-10, { ...numpy, rule: 'polygraphy' })).toBeCloseTo(0.5)
    expect(allowance(100, { ...numpy, rule: 'polygraphy' })).toBeCloseTo(1)
  })
  it('counts what is outside and finds the worst', () => {
    expect(outside(points, numpy)).toBe(0)
    expect(outside([{ reference: 0, difference: -0.6 }, ...points], numpy)).toBe(1)
    expect(worstPoint([{ reference: 0, difference: -0.6 }, ...points])?.difference).toBe(-0.6)
    expect(worstPoint([])).toBeNull()
  })
  it('draws the tolerance around the differences', () => {
    const svg = draw(scatterOption(points, numpy, 'difference', light, words))
    for (const text of ['tolerance', 'worst', 'Engine − PyTorch', 'PyTorch']) expect(svg).toContain(text)
    expect(svg.match(/stroke-dasharray/g)?.length).toBeGreaterThanOrEqual(2)
  })
  it('keeps differences and a far wider tolerance both in the picture', () => {
    const close = points.map((point) => ({ ...point, difference: point.difference * 1e-5 }))
    const svg = draw(scatterOption(close, numpy, 'difference', light, words))
    expect(svg).toContain('1e-')
    expect(svg).toContain('−1e-')
    expect(svg.match(/stroke-dasharray/g)?.length).toBeGreaterThanOrEqual(2)
  })
  it('draws values against equality, and nothing at all without failing', () => {
    expect(draw(scatterOption(points, numpy, 'values', light, words))).toContain('Engine')
    expect(draw(scatterOption([], null, 'difference', light, words))).toContain('<svg')
    expect(draw(scatterOption([{ reference: 3, difference: 0 }], numpy, 'difference', light, words))).toContain('tolerance')
  })
})

describe('axes', () => {
  it('takes round steps', () => {
    expect([0, 0.3, 1, 7, 12, 260].map(niceCeil)).toEqual([1, 0.5, 1, 10, 20, 500])
    expect(niceRange(-12, 18)).toEqual({ min: -20, max: 20, interval: 10 })
    expect(niceRange(3, 3)).toEqual({ min: -2, max: 8, interval: 5 })
  })
  it('writes short labels', () => {
    expect([0, 640, 0.5, 2e-4, 1e6].map(axisNumber)).toEqual(['0', '640', '0.5', '2e-4', '1e6'])
    expect([0, 1, 3, 4, 6].map(powerLabel)).toEqual(['1', '10', '1k', '10k', '1M'])
  })
  it('is logarithmic in both directions', () => {
    const { put, top, label } = signedLog(2e-5, 0.2)
    expect(put(0)).toBe(0)
    expect(put(-2e-5)).toBe(-put(2e-5))
    expect(put(2e-5)).toBeLessThan(put(0.2))
    expect(put(0.2)).toBeLessThan(top)
    expect(label(0)).toBe('0')
    expect(label(top).startsWith('1e')).toBe(true)
    expect(label(-top)).toBe(`−${label(top)}`)
  })
})
