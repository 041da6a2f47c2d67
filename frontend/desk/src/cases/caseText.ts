/** A case in words: how long there is, what happened, what is called how. Pure. */

import type { CaseBox, CaseCard, CaseEvent, CaseSetup, CaseState } from '../api/caseTypes'

export type Tone = 'plain' | 'quiet' | 'good' | 'warning' | 'bad'

export interface DueText {
  text: string
  tone: Tone
  /** A shape beside the colour, for those who do not tell colours apart. */
  shape: string
}

export const boxTitles: Record<CaseBox, string> = {
  open: '待办',
  mine: '我的',
  department: '部门',
  waiting: '待补充',
  overdue: '超期',
  closed: '已办结',
  all: '全部',
}

export const emptyTexts: Record<CaseBox, string> = {
  open: '没有待办的诉求，都处理好了。',
  mine: '没有由您跟进的诉求。',
  department: '没有在部门办理的诉求。',
  waiting: '没有在等企业补充的诉求。',
  overdue: '没有超期的诉求。',
  closed: '还没有办结的诉求。',
  all: '还没有诉求。',
}

export const stateShapes: Record<CaseState, string> = {
  submitted: '○',
  accepted: '◔',
  assigned: '➜',
  in_progress: '◑',
  waiting: '?',
  answered: '✓',
  closed: '●',
  rejected: '✕',
  withdrawn: '↩',
}

export const stateTones: Record<CaseState, Tone> = {
  submitted: 'warning',
  accepted: 'plain',
  assigned: 'plain',
  in_progress: 'plain',
  waiting: 'warning',
  answered: 'good',
  closed: 'quiet',
  rejected: 'quiet',
  withdrawn: 'quiet',
}

const running: readonly CaseState[] = ['submitted', 'accepted', 'assigned', 'in_progress']

/** So many working days before the promised one it gets pressing. */
const soonDays = 1

/** Returns how the promised day stands: 还剩2个工作日, 今天到期, 超期3个工作日. null once nobody has to keep to it any more. */
export function describeDue(card: Pick<CaseCard, 'state' | 'days_left' | 'is_overdue'>): DueText | null {
  if (card.state === 'waiting') return { text: '等企业补充，不计时', tone: 'quiet', shape: '…' }
  if (!running.includes(card.state)) return null
  if (card.days_left === null) return null
  if (card.days_left < 0) return { text: `超期${-card.days_left}个工作日`, tone: 'bad', shape: '▲' }
  if (card.is_overdue) return { text: '已超期', tone: 'bad', shape: '▲' }
  if (card.days_left === 0) return { text: '今天到期', tone: 'warning', shape: '◆' }
  return { text: `还剩${card.days_left}个工作日`, tone: card.days_left <= soonDays ? 'warning' : 'plain', shape: '◇' }
}

/** Returns 上城区 · 示例科技, or who filed it where no enterprise is known. */
export function describeEnterprise(card: Pick<CaseCard, 'enterprise'>): string {
  return card.enterprise?.name || card.enterprise?.credit_code || '未说明企业'
}

export interface EventText {
  text: string
  /** What was written with it. */
  quote: string
  tone: Tone
}

const kindTexts: Record<CaseEvent['kind'], string> = {
  filed: '登记了诉求',
  state: '',
  edit: '修改了内容',
  note: '写了备注',
  addition: '补充了说明',
  link: '改了关联',
  rating: '作了评价',
  escalation: '提醒：这件诉求超期了',
}

const eventTones: Partial<Record<string, Tone>> = {
  answer: 'good',
  close: 'good',
  reject: 'bad',
  send_back: 'bad',
  reopen: 'bad',
  ask_more: 'warning',
  escalation: 'bad',
}

/** Returns one line of the history. The words of an answer are its quote. */
export function describeEvent(event: CaseEvent, setup: CaseSetup): EventText {
  const who = event.by_name || (event.by === 'system' ? '系统' : '企业')
  return { text: `${who} ${doingOf(event, setup)}`, quote: event.text, tone: eventTones[event.transition ?? event.kind] ?? 'plain' }
}

function doingOf(event: CaseEvent, setup: CaseSetup): string {
  const detail = event.detail ?? {}
  if (event.kind === 'state' && event.transition) {
    const title = setup.transitions[event.transition]?.title ?? event.transition
    if (event.transition === 'assign') return `转给${departmentOf(detail, setup)}`
    const result = textOf(detail.result)
    return result ? `${title}：${setup.results[result] ?? result}` : title
  }
  if (event.kind === 'rating') {
    const score = detail.score ?? detail.rating
    return typeof score === 'number' ? `评价${score}分` : kindTexts.rating
  }
  if (event.kind === 'edit') return listChanged(detail)
  if (event.kind === 'link') return detail.removed ? '取消了关联' : '加了关联'
  return kindTexts[event.kind] ?? event.kind
}

function departmentOf(detail: Record<string, unknown>, setup: CaseSetup): string {
  const id = textOf(detail.department)
  return textOf(detail.department_title) || (setup.departments.find((department) => department.id === id)?.title ?? (id || '部门'))
}

export const fieldTitles: Record<string, string> = {
  type: '类型',
  title: '标题',
  what: '事情',
  subject: '主题',
  district: '区县',
  urgency: '紧急程度',
  place: '地点',
  since: '时间',
  wish: '希望',
  contact_name: '联系人',
  contact_phone: '联系电话',
  credit_code: '信用代码',
  enterprise_name: '企业名称',
  assignee: '跟进人',
}

/** `detail` names the changed fields, as keys of `changes` or as a list `fields`. */
function listChanged(detail: Record<string, unknown>): string {
  const { changes, fields } = detail
  const names = Array.isArray(fields) ? fields.map(String) : Object.keys(isRecord(changes) ? changes : detail)
  const titles = names.map((name) => fieldTitles[name]).filter(Boolean)
  return titles.length > 0 ? `修改了${titles.join('、')}` : kindTexts.edit
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : ''
}
