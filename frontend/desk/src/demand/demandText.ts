/** Work items in words. Pure. */

import type { Evidence, WorkItem, WorkItemChange, WorkItemState } from '../api/caseTypes'

export type DemandAction = WorkItemChange['transition']

export const stateTitles: Record<WorkItemState, string> = { proposed: '待决定', accepted: '办理中', done: '已办成', declined: '不办' }
export const demandStates = Object.keys(stateTitles) as WorkItemState[]

export const emptyTexts: Record<WorkItemState, string> = {
  proposed: '没有待决定的需求。很多企业问到同一件事时，会出现在这里。',
  accepted: '没有正在办理的需求。',
  done: '还没有办成的需求。',
  declined: '没有决定不办的需求。',
}

const allowed: Record<WorkItemState, readonly DemandAction[]> = {
  proposed: ['accept', 'decline'],
  accepted: ['done', 'link'],
  declined: [],
  done: [],
}

export function listActions(item: Pick<WorkItem, 'state'>): readonly DemandAction[] {
  return allowed[item.state]
}

/** Returns 12家企业问过，共18次. Somebody in a chat who showed no enterprise is an asker too. */
export function describeAskers({ askers, size }: Pick<WorkItem, 'askers' | 'size'>): string {
  return size > askers ? `${askers}家企业或用户问过，共${size}次` : `${askers}家企业或用户问过`
}

/** Returns how far the message has come; '' before there is one. */
export function describeTold({ state, to_tell, told }: Pick<WorkItem, 'state' | 'to_tell' | 'told'>): string {
  if (state !== 'done') return ''
  if (to_tell === 0) return '没有能通知到的人'
  return told >= to_tell ? `${to_tell}人都通知到了` : `已通知${told}/${to_tell}人`
}

/** The texts with each of the words marked where it stands, in pieces to be shown one after the other. */
export function markWords(text: string, words: readonly string[]): { text: string; isMarked: boolean }[] {
  const known = words.filter((word) => word !== '').sort((one, other) => other.length - one.length)
  if (known.length === 0) return [{ text, isMarked: false }]
  const pattern = new RegExp(`(${known.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`, 'gi')
  return text
    .split(pattern)
    .map((piece, index) => ({ text: piece, isMarked: index % 2 === 1 }))
    .filter((piece) => piece.text !== '')
}

export function placeOfEvidence({ kind, page }: Evidence): { page: 'cases' | 'chats'; id: string } {
  return { page: kind === 'case' ? 'cases' : 'chats', id: page }
}
