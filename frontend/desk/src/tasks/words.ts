/** A task's facts in words, as tables and pages show them. Pure. */

import type { Comparison, TaskCard } from '../api/taskTypes'
import { describeDate } from '../side/times'

export const notStated = '报告没有写明'

/** In the report's order. */
export const environments: Record<string, string> = {
  综合: '综合',
  政务: '政务环境',
  法治: '法治环境',
  市场: '市场环境',
  经济生态: '经济生态环境',
  人文: '人文环境',
}
export const states: readonly string[] = ['计划', '推进中', '已完成']

const comparisons: Record<Comparison, string> = { '>=': '不低于', '<=': '不超过', '=': '', '>=*': '达到' }

type Target = Pick<TaskCard, 'target_value' | 'comparison' | 'unit' | 'rank_goal'>

/** Returns 不低于95%, 保5争4冲3(全国) …; '' when the report gives none. */
export function describeTarget({ target_value, comparison, unit, rank_goal }: Target): string {
  if (rank_goal !== '') return rank_goal
  if (target_value === '') return ''
  return `${comparison === '' ? '' : comparisons[comparison]}${target_value}${unit}`
}

/** The steps beyond the target, such as 争取4名，冲刺3名; '' when there are none. */
export function describeSteps({ target_mid, target_stretch, unit }: Pick<TaskCard, 'target_mid' | 'target_stretch' | 'unit'>): string {
  const steps = [target_mid && `争取${target_mid}${unit}`, target_stretch && `冲刺${target_stretch}${unit}`]
  return steps.filter(Boolean).join('，')
}

export interface DueText {
  text: string
  /** True if it is a day that somebody added, not the report's own words. */
  isAdded: boolean
}

/** Returns the day that was added, else what the report says of the time; null when neither is known. */
export function describeDue({ due_on, deadline }: Pick<TaskCard, 'due_on' | 'deadline'>): DueText | null {
  if (due_on) return { text: describeDate(due_on), isAdded: true }
  return deadline === '' || deadline === '未写' ? null : { text: deadline, isAdded: false }
}

/** Returns 63% for 0.634: never rounded up, so that 100% means reached. */
export function describeShare(share: number | null): string {
  return share === null ? '' : `${Math.floor(share * 100 + 1e-9)}%`
}

/** Returns 86%（11月20日） for the newest entry; words where it has no number; '' when there is none. */
export function describeLatest({ latest, unit }: Pick<TaskCard, 'latest' | 'unit'>): string {
  if (!latest) return ''
  return latest.value === '' ? latest.note : `${latest.value}${unit}`
}

/** P13 → 第13段. */
export function describeParagraph(paragraph: string): string {
  const numbers = paragraph.match(/\d+/g)
  return numbers ? `第${numbers.join('、')}段` : ''
}

/** Days from one day to another; negative when the other came first. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to.slice(0, 10)}T00:00:00Z`) - Date.parse(`${from.slice(0, 10)}T00:00:00Z`)) / 86_400_000)
}

/** Returns 今天到期, 还剩12天 or 已过3天, for a day that was added. */
export function describeDaysLeft(dueOn: string, today: string): string {
  const days = daysBetween(today, dueOn)
  if (days === 0) return '今天到期'
  return days > 0 ? `还剩${days}天` : `已过${-days}天`
}
