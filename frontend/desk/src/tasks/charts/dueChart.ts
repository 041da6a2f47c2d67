/** How many tasks are due in each month. Pure: the colours are given. */

import type { TaskOverview } from '../../api/taskTypes'
import type { ChartOption } from './chartEngine'
import { axisOf, baseOf, gridOf, tooltipOf, type ChartTable } from './look'
import type { Palette } from './palette'

type Due = TaskOverview['due']

/** Returns every month from the first to the last: an empty one is a gap in the row of columns, not a shorter year. */
export function fillMonths(due: Due): Due {
  if (due.length === 0) return []
  const counts = new Map(due.map(({ month, n }) => [month, n]))
  const numbers = [...counts.keys()].map(toNumber)
  const first = Math.min(...numbers)
  // A far-off day must not make a thousand columns.
  if (Math.max(...numbers) - first > 59) return [...due].sort((one, other) => one.month.localeCompare(other.month))
  return Array.from({ length: Math.max(...numbers) - first + 1 }, (_, index) => {
    const month = toMonth(first + index)
    return { month, n: counts.get(month) ?? 0 }
  })
}

export function tableOfDue(due: Due): ChartTable {
  return { columns: ['月份', '到期任务'], rows: fillMonths(due).map(({ month, n }) => [describeMonth(month), n]) }
}

export function drawDue(due: Due, today: string, palette: Palette): ChartOption {
  const months = fillMonths(due)
  const thisMonth = today.slice(0, 7)
  return {
    ...baseOf(palette),
    grid: gridOf(18, 8),
    tooltip: { ...tooltipOf(palette), trigger: 'axis', axisPointer: { type: 'shadow', shadowStyle: { opacity: 0.08 } } },
    xAxis: { type: 'category', data: months.map(({ month }) => describeMonth(month)), ...axisOf(palette) },
    yAxis: { type: 'value', minInterval: 1, ...axisOf(palette) },
    series: [
      {
        type: 'bar',
        name: '到期任务',
        barMaxWidth: 26,
        label: { show: true, position: 'top', color: palette.muted, fontSize: 11, formatter: ({ value }) => (value ? String(value) : '') },
        data: months.map(({ month, n }) => ({
          value: n,
          itemStyle: { color: month < thisMonth ? palette.lights.grey : palette.brand, borderRadius: [3, 3, 0, 0] },
        })),
      },
    ],
  }
}

function describeMonth(month: string): string {
  const [year, number] = month.split('-')
  return `${year}年${Number(number)}月`
}

const toNumber = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1
const toMonth = (number: number): string => `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, '0')}`
