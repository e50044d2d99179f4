import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { init, use, type ECharts } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([BarChart, CustomChart, ScatterChart, LineChart, GridComponent, MarkLineComponent, MarkAreaComponent, TooltipComponent, SVGRenderer])

/** The only file that imports ECharts' code, and only when a chart is drawn: it is a third of the program. */
export function createChart(element: HTMLElement): ECharts {
  return init(element, undefined, { renderer: 'svg' })
}
