/** The lights of each environment: one bar, part by part. Pure: the colours are given. */

import type { EnvironmentLights, Light } from '../../api/taskTypes'
import { lightTexts } from '../lights'
import type { ChartOption } from './chartEngine'
import { axisOf, baseOf, gridOf, tooltipOf, type ChartTable } from './look'
import type { Palette } from './palette'

/** From the ground up, and left to right. */
export const stackOrder: readonly Light[] = ['done', 'green', 'yellow', 'red', 'grey']
const legendShapes: Record<Light, string> = {
  done: 'path://M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm-1.1 10-3.4-3.3 1.2-1.2 2.2 2.1 4-4.2 1.2 1.2Z',
  green: 'circle',
  yellow: 'triangle',
  red: 'rect',
  grey: 'roundRect',
}
/** So narrow a part has no room for its number. */
const leastLabelled = 2

const titleOf = (row: EnvironmentLights): string => row.environment_title

export function tableOfLights(rows: readonly EnvironmentLights[]): ChartTable {
  return {
    columns: ['环境', ...stackOrder.map((light) => lightTexts[light].title), '合计'],
    rows: rows.map((row) => [
      titleOf(row),
      ...stackOrder.map((light) => row[light]),
      stackOrder.reduce((sum, light) => sum + row[light], 0),
    ]),
  }
}

export function drawLights(rows: readonly EnvironmentLights[], palette: Palette): ChartOption {
  return {
    ...baseOf(palette),
    grid: gridOf(34, 16),
    legend: {
      top: 0,
      left: 0,
      itemGap: 16,
      itemWidth: 13,
      itemHeight: 13,
      textStyle: { color: palette.muted, fontSize: 12 },
      data: stackOrder.map((light) => ({ name: lightTexts[light].title, icon: legendShapes[light] })),
    },
    tooltip: { ...tooltipOf(palette), trigger: 'axis', axisPointer: { type: 'shadow', shadowStyle: { opacity: 0.08 } } },
    xAxis: { type: 'value', minInterval: 1, ...axisOf(palette) },
    yAxis: { type: 'category', inverse: true, data: rows.map(titleOf), ...axisOf(palette), axisLabel: { color: palette.text } },
    series: stackOrder.map((light) => ({
      type: 'bar' as const,
      name: lightTexts[light].title,
      stack: 'lights',
      barMaxWidth: 22,
      itemStyle: { color: palette.lights[light], borderColor: palette.surface, borderWidth: 1 },
      label: {
        show: true,
        color: palette.onLights[light],
        fontSize: 11,
        formatter: ({ value }: { value?: unknown }) => (Number(value) >= leastLabelled ? String(value) : ''),
      },
      data: rows.map((row) => row[light]),
    })),
  }
}
