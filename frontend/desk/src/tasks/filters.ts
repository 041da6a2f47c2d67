/** What the table of tasks shows and in which order: read from the address, and asked of the server. Pure. */

import type { TaskCard, TaskQuery } from '../api/taskTypes'
import { rankOf } from './lights'

export interface TaskFilters {
  q: string
  environment: string
  status: string
  light: string
  target: '' | 'yes' | 'no'
  list: string
  sort: Sort
}

export type SortKey = 'id' | 'name' | 'target' | 'latest' | 'light' | 'due' | 'status' | 'lead'
/** A column, with - before it when the other way round. '' = as in the report. */
export type Sort = '' | SortKey | `-${SortKey}`

export const noFilters: TaskFilters = { q: '', environment: '', status: '', light: '', target: '', list: '', sort: '' }
const sortKeys: readonly SortKey[] = ['id', 'name', 'target', 'latest', 'light', 'due', 'status', 'lead']

/** Anything unknown in an address is left out. */
export function readFilters(query: Readonly<Record<string, string>>): TaskFilters {
  const { q = '', environment = '', status = '', light = '', target = '', list = '', sort = '' } = query
  return {
    q,
    environment,
    status,
    light,
    target: target === 'yes' || target === 'no' ? target : '',
    list,
    sort: isSort(sort) ? sort : '',
  }
}

/** Returns what the address keeps: nothing for what is not chosen. */
export function formatFilters(filters: TaskFilters): Record<string, string> {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''))
}

/** Returns what the server is asked. The order is made here: the whole list comes in one answer. */
export function toTaskQuery({ q, environment, status, light, target, list }: TaskFilters): TaskQuery {
  const asked: TaskQuery = { q: q.trim(), environment, status, light, list }
  if (target !== '') asked.has_target = target === 'yes' ? 'true' : 'false'
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== ''))
}

export function isFiltered(filters: TaskFilters): boolean {
  return Object.entries(filters).some(([name, value]) => name !== 'sort' && value !== '')
}

/** A click on a column's head: first upwards, then downwards, then as in the report again. */
export function turnSort(sort: Sort, key: SortKey): Sort {
  if (sort === key) return `-${key}`
  return sort === `-${key}` ? '' : key
}

/** Tasks without the fact that is sorted by come last, both ways. Equal ones keep the report's order. */
export function sortTasks(tasks: readonly TaskCard[], sort: Sort): TaskCard[] {
  if (sort === '') return [...tasks]
  const isDown = sort.startsWith('-')
  const factOf = facts[(isDown ? sort.slice(1) : sort) as SortKey]
  return tasks
    .map((task) => ({ task, fact: factOf(task) }))
    .sort((one, other) => compare(one.fact, other.fact, isDown))
    .map(({ task }) => task)
}

const facts: Record<SortKey, (task: TaskCard) => string | number | null> = {
  id: (task) => task.id,
  name: (task) => task.name,
  target: (task) => (task.rank_goal || task.target_value ? task.metric : null),
  latest: (task) => task.completion,
  light: (task) => rankOf(task.light),
  due: (task) => task.due_on,
  status: (task) => task.status || null,
  lead: (task) => task.lead_unit || null,
}

function compare(one: string | number | null, other: string | number | null, isDown: boolean): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null)
  const upwards =
    typeof one === 'number' && typeof other === 'number' ? one - other : String(one).localeCompare(String(other), 'zh-CN')
  return isDown ? -upwards : upwards
}

function isSort(text: string): text is Sort {
  return text === '' || sortKeys.some((key) => text === key || text === `-${key}`)
}
