/** An entry of the lists in words. */

import type { Entry, LastMessage, ListName, Sender } from '../api/types'

export const listTitles: Record<ListName, string> = {
  queue: '排队',
  mine: '我的',
  unattended: '留言',
  all: '全部',
  closed: '已结束',
}

export const emptyTexts: Record<ListName, string> = {
  queue: '没有人在排队',
  mine: '您手上没有会话',
  unattended: '没有待处理的留言',
  all: '没有进行中的会话',
  closed: '还没有已结束的会话',
}

export const channelTitles: Record<string, string> = { widget: '网页', wechat: '微信' }

/** Returns 0:45, 12:05 or 1:02:05. */
export function formatWait(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  const rest = String(seconds % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

/** Returns the reason's urgency: `urgent` for danger, distress, harm and fraud; `soon` for what should not wait. */
export function urgencyOf(entry: Entry): 'urgent' | 'soon' | 'ordinary' {
  const isOver = entry.handover === null || entry.handover.status === 'ended'
  if (isOver) return 'ordinary'
  return entry.handover!.priority === 0 ? 'urgent' : entry.handover!.priority === 1 ? 'soon' : 'ordinary'
}

/** Since when somebody waits: for an agent at all, or for the next answer. null if nobody does. */
export function waitingSince(entry: Entry, username: string): string | null {
  if (entry.is_closed) return null
  if (entry.owner === 'queue') return entry.handover?.requested_at ?? entry.last_at
  return entry.owner === `agent:${username}` ? entry.unanswered_since : null
}

const speakers: Record<Sender, string> = { user: '', bot: '小助：', agent: '坐席：', system: '' }

/** The line under the name: who waits is known by the matter, everybody else by the last words. */
export function describeMatter(entry: Entry): string {
  return (entry.owner === 'queue' && entry.handover?.matter) || describeLast(entry.last_message)
}

export function describeLast(last: LastMessage | null): string {
  return last ? speakers[last.sender] + last.text.replace(/\s+/g, ' ') : '还没有消息'
}

/** Who has it, for lists in which that differs. */
export function describeOwner(entry: Entry, username: string): string {
  if (entry.is_closed) return '已结束'
  if (entry.owner === 'bot') return '小助在答'
  if (entry.owner === 'queue') return '排队中'
  return entry.owner === `agent:${username}` ? '我在接待' : `${entry.owner_name ?? '坐席'}接待`
}
