import { describe, expect, test } from 'vitest'
import type { Light } from '../src/api/taskTypes'
import { formatFilters, isFiltered, noFilters, readFilters, sortTasks, toTaskQuery, turnSort } from '../src/tasks/filters'
import { lightOrder, lightTexts } from '../src/tasks/lights'
import { findRow } from '../src/tasks/rowKeys'
import {
  describeDaysLeft,
  describeDue,
  describeLatest,
  describeParagraph,
  describeShare,
  describeSteps,
  describeTarget,
} from '../src/tasks/words'
import { makeTask } from './taskFakes'

const idsOf = (tasks: { id: string }[]): string[] => tasks.map(({ id }) => id)

describe('the filters', () => {
  test('come back from the address as they were', () => {
    const filters = { ...noFilters, q: '结案 率', environment: '法治', light: 'red', target: 'yes' as const, sort: '-due' as const }
    expect(formatFilters(filters)).toEqual({ q: '结案 率', environment: '法治', light: 'red', target: 'yes', sort: '-due' })
    expect(readFilters(formatFilters(filters))).toEqual(filters)
  })

  test('of an address that nobody wrote like this are left out', () => {
    expect(readFilters({ target: 'perhaps', sort: 'colour', list: 'world' })).toEqual({ ...noFilters, list: 'world' })
  })

  test('ask the server for what is chosen, and for nothing else', () => {
    expect(toTaskQuery(noFilters)).toEqual({})
    expect(toTaskQuery({ ...noFilters, q: ' 满意率 ', status: '推进中', target: 'no', sort: 'light' })).toEqual({
      q: '满意率',
      status: '推进中',
      has_target: 'false',
    })
    expect(toTaskQuery({ ...noFilters, target: 'yes' })).toEqual({ has_target: 'true' })
  })

  test('are none while only the order is another', () => {
    expect(isFiltered({ ...noFilters, sort: 'due' })).toBe(false)
    expect(isFiltered({ ...noFilters, list: 'world' })).toBe(true)
  })
})

describe('the order', () => {
  test('of a column turns up, down, and back to that of the report', () => {
    const first = turnSort('', 'due')
    expect([first, turnSort(first, 'due'), turnSort('-due', 'due'), turnSort('-due', 'light')]).toEqual(['due', '-due', '', 'light'])
  })

  test('puts what has no date last, both ways', () => {
    const tasks = [makeTask('a'), makeTask('b', { due_on: '2026-12-31' }), makeTask('c', { due_on: '2026-06-30' })]
    expect(idsOf(sortTasks(tasks, 'due'))).toEqual(['c', 'b', 'a'])
    expect(idsOf(sortTasks(tasks, '-due'))).toEqual(['b', 'c', 'a'])
  })

  test('of the lights begins with the worst, and equal ones stay as in the report', () => {
    const tasks = (['grey', 'green', 'red', 'done', 'red', 'yellow'] as Light[]).map((light, index) => makeTask(`${index}`, { light }))
    expect(idsOf(sortTasks(tasks, 'light'))).toEqual(['2', '4', '5', '1', '3', '0'])
  })

  test('of progress goes by the share of the target', () => {
    const tasks = [makeTask('half', { completion: 0.5 }), makeTask('none'), makeTask('most', { completion: 0.9 })]
    expect(idsOf(sortTasks(tasks, 'latest'))).toEqual(['half', 'most', 'none'])
  })
})

test('every light has a word of its own', () => {
  const titles = lightOrder.map((light) => lightTexts[light].title)
  expect(titles).toEqual(['红灯', '黄灯', '绿灯', '已达标', '无法判断'])
  expect(lightOrder.every((light) => lightTexts[light].hint !== '')).toBe(true)
})

test.each([
  [{ comparison: '>=', target_value: '95', unit: '%' }, '不低于95%'],
  [{ comparison: '<=', target_value: '3', unit: '工作日' }, '不超过3工作日'],
  [{ comparison: '=', target_value: '6', unit: '个' }, '6个'],
  [{ comparison: '>=*', target_value: '500', unit: '亿元' }, '达到500亿元'],
  [{ comparison: '<=', target_value: '5', unit: '名', rank_goal: '保5争4冲3(全国)' }, '保5争4冲3(全国)'],
  [{}, ''],
] as const)('the target %o reads %s', (change, words) => {
  expect(describeTarget(makeTask('a', change))).toBe(words)
})

test('a target in steps names those beyond it', () => {
  expect(describeSteps({ target_mid: '4', target_stretch: '3', unit: '名' })).toBe('争取4名，冲刺3名')
  expect(describeSteps({ target_mid: null, target_stretch: null, unit: '名' })).toBe('')
})

test('a day that was added wins over the words of the report, and 未写 is no time', () => {
  expect(describeDue({ due_on: '2026-12-31', deadline: '年度' })).toEqual({ text: '2026年12月31日', isAdded: true })
  expect(describeDue({ due_on: null, deadline: '全年(2023)' })).toEqual({ text: '全年(2023)', isAdded: false })
  expect(describeDue({ due_on: null, deadline: '未写' })).toBeNull()
})

test('a share is never rounded up to all of it', () => {
  expect([null, 0, 0.29, 0.999, 1].map(describeShare)).toEqual(['', '0%', '29%', '99%', '100%'])
})

test('the newest entry is a number with its unit, or words', () => {
  expect(describeLatest({ latest: { on: '2026-10-01', value: '86.5', note: '月报' }, unit: '%' })).toBe('86.5%')
  expect(describeLatest({ latest: { on: '2026-10-01', value: '', note: '已挂牌' }, unit: '%' })).toBe('已挂牌')
  expect(describeLatest({ latest: null, unit: '%' })).toBe('')
})

test('days left and paragraphs are told in words', () => {
  expect(['2026-11-23', '2026-12-01', '2026-11-20'].map((due) => describeDaysLeft(due, '2026-11-23'))).toEqual([
    '今天到期',
    '还剩8天',
    '已过3天',
  ])
  expect(describeParagraph('P13')).toBe('第13段')
  expect(describeParagraph('')).toBe('')
})

test('the keyboard stays within the table', () => {
  expect(findRow('ArrowDown', 0, 3, 10)).toBe(1)
  expect(findRow('ArrowDown', 2, 3, 10)).toBe(2)
  expect(findRow('ArrowUp', 0, 3, 10)).toBe(0)
  expect(findRow('PageDown', 0, 30, 10)).toBe(10)
  expect(findRow('End', 0, 30, 10)).toBe(29)
  expect(findRow('x', 0, 3, 10)).toBeNull()
  expect(findRow('ArrowDown', 0, 0, 10)).toBeNull()
})
