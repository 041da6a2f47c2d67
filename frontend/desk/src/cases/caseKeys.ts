/** The keys of the cases page: single letters, since nothing is being written there most of the time. What the help shows is what works. */

import type { CaseTransition } from '../api/caseTypes'
import type { Key } from '../keys/shortcuts'

export type CaseAction = CaseTransition | 'next' | 'previous' | 'open' | 'leave' | 'search' | 'file' | 'edit' | 'note' | 'link'

interface CaseKey {
  action: CaseAction
  /** KeyboardEvent.key, in small letters. */
  keys: readonly string[]
  /** As printed in the help. */
  print: string
  title: string
}

export const caseKeys: readonly CaseKey[] = [
  { action: 'next', keys: ['j', 'arrowdown'], print: 'J 或 ↓', title: '下一件' },
  { action: 'previous', keys: ['k', 'arrowup'], print: 'K 或 ↑', title: '上一件' },
  { action: 'open', keys: ['enter'], print: 'Enter', title: '读这一件' },
  { action: 'leave', keys: ['escape'], print: 'Esc', title: '回到列表' },
  { action: 'search', keys: ['/'], print: '/', title: '搜索诉求' },
  { action: 'file', keys: ['i'], print: 'I', title: '登记诉求' },
  { action: 'accept', keys: ['a'], print: 'A', title: '受理' },
  { action: 'reject', keys: ['r'], print: 'R', title: '不予受理' },
  { action: 'assign', keys: ['t'], print: 'T', title: '转部门' },
  { action: 'send_back', keys: ['b'], print: 'B', title: '退回' },
  { action: 'start', keys: ['s'], print: 'S', title: '开始办理' },
  { action: 'ask_more', keys: ['m'], print: 'M', title: '请补充' },
  { action: 'supplement', keys: ['u'], print: 'U', title: '记下企业的补充' },
  { action: 'answer', keys: ['d'], print: 'D', title: '写答复' },
  { action: 'close', keys: ['c'], print: 'C', title: '办结' },
  { action: 'withdraw', keys: ['w'], print: 'W', title: '撤回' },
  { action: 'edit', keys: ['e'], print: 'E', title: '修改内容' },
  { action: 'note', keys: ['n'], print: 'N', title: '写备注' },
  { action: 'link', keys: ['l'], print: 'L', title: '加关联' },
]

const walking: readonly CaseAction[] = ['next', 'previous']

/** Returns what a key asks for. `place`: where it was pressed; a button keeps Enter, a field keeps everything but Esc. */
export function findCaseAction(key: Key, place: 'page' | 'button' | 'field'): CaseAction | null {
  if (key.isComposing || key.ctrlKey || key.metaKey || key.altKey || key.shiftKey) return null
  const pressed = key.key.toLowerCase()
  const found = caseKeys.find(({ keys }) => keys.includes(pressed))?.action ?? null
  if (place === 'field' && found !== 'leave') return null
  if (place === 'button' && found === 'open') return null
  return key.repeat && found !== null && !walking.includes(found) ? null : found
}

/** Returns the key of an action as it is printed; '' without one. */
export function keyOf(action: CaseAction): string {
  return caseKeys.find((known) => known.action === action)?.print ?? ''
}
