import { describe, expect, test } from 'vitest'
import type { EnvironmentLights } from '../src/api/taskTypes'
import { drawDue, fillMonths, tableOfDue } from '../src/tasks/charts/dueChart'
import { drawLights, stackOrder, tableOfLights } from '../src/tasks/charts/lightsChart'
import type { Palette } from '../src/tasks/charts/palette'
import { drawProgress, tableOfProgress } from '../src/tasks/charts/progressChart'
import { scaleOf } from '../src/tasks/charts/scale'

const palette: Palette = {
  font: 'sans-serif',
  text: '#111',
  muted: '#555',
  line: '#ddd',
  surface: '#fff',
  raised: '#eee',
  brand: '#0d6e61',
  lights: { red: 'red', yellow: 'orange', green: 'green', done: 'blue', grey: 'grey' },
  onLights: { red: '#fff', yellow: '#111', green: '#fff', done: '#fff', grey: '#111' },
}
const environment: EnvironmentLights = { environment: '法治', environment_title: '法治环境', red: 1, yellow: 2, green: 3, done: 0, grey: 7 }

/** What a test looks at, whatever else the option says. */
interface Drawn {
  xAxis: { data?: string[]; min?: string; max?: string }
  series: { name: string; stack?: string; data: unknown[]; markLine?: { data: { label: { formatter: string } }[] } }[]
}
const drawn = (option: object): Drawn => option as Drawn

test('the lights of an environment are one bar, part by part', () => {
  const { series } = drawn(drawLights([environment], palette))
  expect(series.map(({ name, data }) => [name, data[0]])).toEqual([
    ['已达标', 0],
    ['绿灯', 3],
    ['黄灯', 2],
    ['红灯', 1],
    ['无法判断', 7],
  ])
  expect(new Set(series.map(({ stack }) => stack))).toEqual(new Set(['lights']))
})

test('the table beside a chart says the same, with a sum', () => {
  expect(tableOfLights([environment])).toEqual({
    columns: ['环境', '已达标', '绿灯', '黄灯', '红灯', '无法判断', '合计'],
    rows: [['法治环境', 0, 3, 2, 1, 7, 13]],
  })
  expect(stackOrder).toHaveLength(5)
})

describe('what is due by month', () => {
  test('has no gap where a month has nothing', () => {
    const due = [
      { month: '2027-02', n: 1 },
      { month: '2026-11', n: 4 },
    ]
    expect(fillMonths(due).map(({ month, n }) => `${month} ${n}`)).toEqual(['2026-11 4', '2026-12 0', '2027-01 0', '2027-02 1'])
    expect(tableOfDue(due).rows[1]).toEqual(['2026年12月', 0])
    expect(drawn(drawDue(due, '2026-11-23', palette)).xAxis.data).toEqual(['2026年11月', '2026年12月', '2027年1月', '2027年2月'])
  })

  test('does not draw the decades before a day far off', () => {
    expect(fillMonths([{ month: '2099-12', n: 1 }, { month: '2026-11', n: 1 }])).toHaveLength(2)
    expect(fillMonths([])).toEqual([])
  })

  test('shows months that are over in another colour', () => {
    const { series } = drawn(drawDue([{ month: '2026-10', n: 1 }, { month: '2026-11', n: 1 }], '2026-11-23', palette))
    expect(series[0]!.data).toMatchObject([{ itemStyle: { color: 'grey' } }, { itemStyle: { color: '#0d6e61' } }])
  })
})

describe('the progress of one task', () => {
  const goal = { name: '结案率', metric: '年度结案率', unit: '%', target_value: '95', due_on: '2026-12-31' }
  const points = [
    { on: '2026-03-31', value: 60 },
    { on: '2026-09-30', value: 82.5 },
  ]

  test('shows the target, the due day and today', () => {
    const { series, xAxis } = drawn(drawProgress(points, goal, '2026-11-01', palette))
    expect(series[0]!.data).toEqual([
      ['2026-03-31', 60],
      ['2026-09-30', 82.5],
    ])
    expect(series[0]!.markLine!.data.map(({ label }) => label.formatter)).toEqual(['目标 95%', '期限', '今天'])
    expect([xAxis.min, xAxis.max]).toEqual(['2026-03-31', '2026-12-31'])
    expect(tableOfProgress(points, goal)).toEqual({ columns: ['日期', '年度结案率（%）'], rows: [['2026-03-31', 60], ['2026-09-30', 82.5]] })
  })

  test('leaves out what is not known, and a mark that would cover another', () => {
    const without = drawn(drawProgress(points, { ...goal, target_value: '', due_on: null }, '2026-11-01', palette))
    expect(without.series[0]!.markLine!.data.map(({ label }) => label.formatter)).toEqual(['今天'])
    const near = drawn(drawProgress(points, goal, '2026-12-30', palette))
    expect(near.series[0]!.markLine!.data.map(({ label }) => label.formatter)).toEqual(['目标 95%', '期限'])
  })

  test.each([
    [[60, 82.5, 95], { min: 60, max: 95 }],
    [[5.4, 1, 6], { min: 0, max: 6 }],
    [[0.1, 0.2, 0.3], { min: 0, max: 0.3 }],
    [[-2, 3], { min: -2, max: 3 }],
    [[0], { min: 0, max: 0 }],
    [[1500, 1500], { min: 1500, max: 1500 }],
  ])('%o fit on an axis of round steps', (values, { min, max }) => {
    const scale = scaleOf(values)
    expect(scale.min).toBeLessThanOrEqual(min)
    expect(scale.max).toBeGreaterThanOrEqual(max)
    expect(scale.max).toBeGreaterThan(scale.min)
    const steps = (scale.max - scale.min) / scale.interval
    expect(steps).toBeLessThanOrEqual(9)
    expect(steps).toBeCloseTo(Math.round(steps), 6)
  })
})
