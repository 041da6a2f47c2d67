/** Who has a conversation, in words, and what one may do about it. Pure. */

import type { Entry, Me } from '../api/types'

export type ChatAction = 'take' | 'transfer' | 'return' | 'close' | 'assign'

export interface Ownership {
  tone: 'bot' | 'queue' | 'mine' | 'other' | 'closed'
  text: string
}

export function describeOwnership(entry: Entry, me: Me, resultTitles: Record<string, string>): Ownership {
  if (entry.handover?.status === 'unattended') return { tone: 'queue', text: '无人接待时的留言，等待处理' }
  if (entry.is_closed) {
    const result = entry.handover?.result ? (resultTitles[entry.handover.result] ?? '') : ''
    return { tone: 'closed', text: result ? `已结束 · ${result}` : '已结束' }
  }
  if (entry.owner === 'bot') return { tone: 'bot', text: '小助在答' }
  if (entry.owner === 'queue') {
    const position = entry.handover?.position
    return { tone: 'queue', text: `${entry.handover?.team_title ?? ''}排队中${position ? `，第 ${position} 位` : ''}` }
  }
  return isMine(entry, me) ? { tone: 'mine', text: '我在接待' } : { tone: 'other', text: `${entry.owner_name ?? '其他坐席'}在接待` }
}

/** In the order in which the buttons stand. The server decides; this only hides what it would refuse anyway. */
export function listActions(entry: Entry, me: Me): ChatAction[] {
  const isUnattended = entry.handover?.status === 'unattended'
  const canTalk = me.permissions.includes('talk')
  const actions: ChatAction[] = []
  if (canTalk && (entry.owner === 'queue' || (entry.owner === 'bot' && (!entry.is_closed || isUnattended)))) actions.push('take')
  if (canTalk && isMine(entry, me)) actions.push('transfer', 'return', 'close')
  if (me.permissions.includes('supervise') && !isMine(entry, me) && (!entry.is_closed || isUnattended)) actions.push('assign')
  return actions
}

export function isMine(entry: Entry, me: Me): boolean {
  return !entry.is_closed && entry.owner === `agent:${me.username}`
}

export function takeTitle(entry: Entry): string {
  return entry.owner === 'queue' || entry.handover?.status === 'unattended' ? '接入' : '介入接待'
}

/** Why one cannot write here now; null if one can. */
export function describeSilence(entry: Entry, me: Me): string | null {
  if (!me.permissions.includes('talk')) return '您的账号只能查看，不能发言。'
  if (isMine(entry, me)) return null
  if (entry.handover?.status === 'unattended') return '这是无人接待时的留言，接入后可以发言。'
  if (entry.is_closed) return '会话已结束，用户再次发言后会重新打开。'
  if (entry.owner === 'bot') return '小助正在回答，介入接待后可以发言。'
  if (entry.owner === 'queue') return '用户在排队等待，接入后可以发言。'
  return `${entry.owner_name ?? '其他坐席'}正在接待，您可以旁观；如需帮忙，请写备注。`
}
