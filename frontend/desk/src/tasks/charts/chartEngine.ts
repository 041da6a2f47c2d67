/** The parts of ECharts that the charts use, and no others. A chunk of its own: loaded when a chart is first shown. */

import { BarChart, LineChart, type BarSeriesOption, type LineSeriesOption } from 'echarts/charts'
import {
  GridComponent,
  LegendPlainComponent,
  MarkLineComponent,
  TooltipComponent,
  type GridComponentOption,
  type LegendComponentOption,
  type TooltipComponentOption,
} from 'echarts/components'
import { init, use, type ComposeOption, type ECharts } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

export type ChartOption = ComposeOption<
  BarSeriesOption | LineSeriesOption | GridComponentOption | LegendComponentOption | TooltipComponentOption
>

let isReady = false

/** Draws into an element that has a size. The caller disposes of the chart. */
export function createChart(element: HTMLElement): ECharts {
  if (!isReady) use([BarChart, LineChart, GridComponent, LegendPlainComponent, MarkLineComponent, TooltipComponent, SVGRenderer])
  isReady = true
  return init(element, null, { renderer: 'svg' })
}
