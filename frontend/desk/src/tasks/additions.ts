/** What is added to a task beyond the report, while it is being written: what changed, and what others changed meanwhile. Pure. */

import type { TaskAdditions, TaskDetail } from '../api/taskTypes'
import { countCharacters } from '../canned/draft'
import { describeDate } from '../side/times'
import { readDay, tidyDay } from './days'

export interface AdditionsDraft {
  lead_unit: string
  leader: string
  /** Names, parted by 、 or a line each. */
  team: string
  due_on: string
  started_on: string
  state: string
  source: string
}

export type AdditionField = keyof AdditionsDraft
export type AdditionErrors = Partial<Record<AdditionField, string>>

export const additionTitles: Record<AdditionField, string> = {
  lead_unit: '牵头单位',
  leader: '负责人',
  team: '成员',
  due_on: '期限',
  started_on: '开始日期',
  state: '状态',
  source: '来源',
}
const fields = Object.keys(additionTitles) as AdditionField[]

const lengthLimits: Partial<Record<AdditionField, number>> = { lead_unit: 100, leader: 64, source: 500 }
const memberLimit = { names: 30, characters: 50 }
const dayLimits = ['2000-01-01', '2099-12-31'] as const

export function draftOf({ additions }: Pick<TaskDetail, 'additions'>): AdditionsDraft {
  const { lead_unit, leader, team, due_on, started_on, state, source } = additions
  return { lead_unit, leader, team: team.join('、'), due_on: due_on ?? '', started_on: started_on ?? '', state, source }
}

/** Returns the fields in which two drafts say something else. */
export function listDifferences(one: AdditionsDraft, other: AdditionsDraft): AdditionField[] {
  return fields.filter((field) => clean(field, one[field]) !== clean(field, other[field]))
}

/** True if something is written that nobody can trace back. */
export function lacksSource(draft: AdditionsDraft): boolean {
  return draft.source.trim() === '' && fields.some((field) => draft[field].trim() !== '')
}

/** Returns what is to be sent; empty when nothing changed. */
export function findAdditions(before: AdditionsDraft, after: AdditionsDraft): Partial<TaskAdditions> {
  return Object.fromEntries(listDifferences(before, after).map((field) => [field, toValue(field, after[field])]))
}

/** Returns the first mistake of each field in words for people; nothing when it can be sent. */
export function checkAdditions(draft: AdditionsDraft): AdditionErrors {
  const errors: AdditionErrors = {}
  for (const [field, limit] of Object.entries(lengthLimits) as [AdditionField, number][]) {
    const over = countCharacters(draft[field].trim()) - limit
    if (over > 0) errors[field] = `${additionTitles[field]}最多${limit}个字，超出${over}个字`
  }
  const team = checkTeam(splitNames(draft.team))
  if (team) errors.team = team
  for (const field of ['due_on', 'started_on'] as const) {
    const problem = checkDay(draft[field])
    if (problem) errors[field] = problem
  }
  if (draft.due_on.trim() && tidyDay(draft.started_on) > tidyDay(draft.due_on)) errors.started_on ??= '开始日期晚于期限，请核对'
  return errors
}

/** An empty one is none yet. */
function checkDay(text: string): string {
  if (text.trim() === '') return ''
  const day = readDay(text)
  if (day === null) return '请写成2026-12-31这样的日期'
  return day < dayLimits[0] || day > dayLimits[1] ? '须在2000年到2099年之间' : ''
}

function checkTeam(names: readonly string[]): string {
  if (names.length > memberLimit.names) return `成员最多${memberLimit.names}个`
  const long = names.find((name) => countCharacters(name) > memberLimit.characters)
  return long === undefined ? '' : `成员名称最多${memberLimit.characters}个字：${long.slice(0, 12)}…`
}

export interface Collision {
  field: AdditionField
  /** In words; what a colleague has written there. */
  theirs: string
}

/**
 * Somebody else saved first. Returns the draft to go on with: what only they changed is theirs, what one typed oneself stays,
 * and where both changed the same field, both are told.
 */
export function mergeDrafts(base: AdditionsDraft, mine: AdditionsDraft, theirs: AdditionsDraft) {
  const typed = new Set(listDifferences(base, mine))
  const draft: AdditionsDraft = { ...theirs }
  for (const field of typed) draft[field] = mine[field]
  const changedByThem = listDifferences(base, theirs)
  const differing = new Set(listDifferences(mine, theirs))
  return {
    draft,
    taken: changedByThem.filter((field) => !typed.has(field)),
    collisions: changedByThem
      .filter((field) => typed.has(field) && differing.has(field))
      .map((field): Collision => ({ field, theirs: describeField(field, theirs[field]) })),
  }
}

/** Returns a value as the page shows it; （空） for nothing. */
export function describeField(field: string, value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? value.join('、') : '（空）'
  if (value === null || value === undefined || value === '') return '（空）'
  return field.endsWith('_on') ? describeDate(String(value)) : String(value)
}

export function splitNames(text: string): string[] {
  const names = text.split(/[、，,；;\n]/).map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== ''))]
}

function clean(field: AdditionField, text: string): string {
  if (field === 'team') return splitNames(text).join('、')
  return field.endsWith('_on') ? tidyDay(text) : text.trim()
}

function toValue(field: AdditionField, text: string): string | string[] | null {
  if (field === 'team') return splitNames(text)
  return clean(field, text) === '' && field.endsWith('_on') ? null : clean(field, text)
}
