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
  accepted: ['done', 'link', 'decline'],
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

/** True while the message is still on its way to some. */
export function isTelling({ state, to_tell, told }: Pick<WorkItem, 'state' | 'to_tell' | 'told'>): boolean {
  return state === 'done' && told < to_tell
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

/** Returns the message as everybody gets it who asked; the server writes the same. */
export function composeOutcome({ subject_title, district }: Pick<WorkItem, 'subject_title' | 'district'>, outcome: string): string {
  const matter = [district, subject_title].filter(Boolean).join('')
  return (
    `您之前问过“${matter}”方面的事，不少企业也遇到了，我们把它作为共性问题专门办理，现在有结果了：\n${outcome.trim() || '……'}\n` +
    '谢谢您的反映。还有疑问可以直接问我，或回复“转人工”。'
  )
}
