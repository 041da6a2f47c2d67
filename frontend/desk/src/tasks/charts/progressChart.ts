/** The values of one task over time, with its target and its last day. Pure: the colours are given. */

import type { TaskCard } from '../../api/taskTypes'
import type { ProgressPoint } from '../progress'
import { daysBetween } from '../words'
import type { ChartOption } from './chartEngine'
import { axisOf, baseOf, gridOf, tooltipOf, type ChartTable } from './look'
import type { Palette } from './palette'
import { scaleOf } from './scale'

type Goal = Pick<TaskCard, 'target_value' | 'unit' | 'due_on' | 'metric' | 'name'>

export function tableOfProgress(points: readonly ProgressPoint[], { unit, metric }: Goal): ChartTable {
  const title = `${metric || '数值'}${unit ? `（${unit}）` : ''}`
  return { columns: ['日期', title], rows: points.map(({ on, value }) => [on, value]) }
}

export function drawProgress(points: readonly ProgressPoint[], goal: Goal, today: string, palette: Palette): ChartOption {
  const target = goal.target_value === '' ? null : Number(goal.target_value)
  const days = [...points.map(({ on }) => on), today, ...(goal.due_on ? [goal.due_on] : [])].sort()
  const values = [...points.map(({ value }) => value), ...(target === null ? [] : [target])]
  return {
    ...baseOf(palette),
    grid: gridOf(22, 28),
    tooltip: {
      ...tooltipOf(palette),
      trigger: 'axis',
      valueFormatter: (value) => `${String(value)}${goal.unit}`,
    },
    xAxis: {
      type: 'time',
      min: days[0]!,
      max: days.at(-1)!,
      ...axisOf(palette),
      splitNumber: 4,
      axisLabel: { color: palette.muted, hideOverlap: true, formatter: '{yyyy}-{MM}-{dd}' },
      splitLine: { show: false },
    },
    yAxis: { type: 'value', ...scaleOf(values), ...axisOf(palette) },
    series: [
      {
        type: 'line',
        name: goal.metric || goal.name,
        symbol: 'circle',
        symbolSize: 7,
        lineStyle: { color: palette.brand, width: 2 },
        itemStyle: { color: palette.brand },
        data: points.map(({ on, value }) => [on, value]),
        markLine: {
          silent: true,
          symbol: 'none',
          label: { color: palette.muted, fontSize: 11 },
          data: [
            ...(target === null ? [] : [markOf({ yAxis: target }, `目标 ${goal.target_value}${goal.unit}`, palette.lights.green, 'insideStartTop')]),
            ...(goal.due_on ? [markOf({ xAxis: goal.due_on }, '期限', palette.lights.red, 'end')] : []),
            ...(isNear(goal.due_on, today, days) ? [] : [markOf({ xAxis: today }, '今天', palette.muted, 'end')]),
          ],
        },
      },
    ],
  }
}

/** Two marks so close that their words would cover each other. */
function isNear(dueOn: string | null, today: string, days: readonly string[]): boolean {
  return dueOn !== null && Math.abs(daysBetween(dueOn, today)) < daysBetween(days[0]!, days.at(-1)!) * 0.07
}

function markOf(at: { xAxis: string } | { yAxis: number }, text: string, color: string, position: 'end' | 'insideStartTop') {
  return { ...at, lineStyle: { color, type: 'dashed' as const, width: 1.2 }, label: { formatter: text, position, color } }
}
