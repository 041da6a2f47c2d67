/** Every key of the desk in one table: what the help shows is what works. */

import type { ListName } from '../api/types'

export type Action =
  | `list:${ListName}`
  | 'next'
  | 'previous'
  | 'take'
  | 'transfer'
  | 'return'
  | 'close'
  | 'note'
  | 'articles'
  | 'search'
  | 'write'
  | 'presence'
  | 'help'

export interface Shortcut {
  action: Action
  /** As printed in the help. */
  keys: string
  title: string
  /** KeyboardEvent.code, with Alt. */
  code: string
}

export const shortcuts: readonly Shortcut[] = [
  { action: 'list:queue', keys: 'Alt + 1', title: '排队', code: 'Digit1' },
  { action: 'list:mine', keys: 'Alt + 2', title: '我的会话', code: 'Digit2' },
  { action: 'list:unattended', keys: 'Alt + 3', title: '留言', code: 'Digit3' },
  { action: 'list:all', keys: 'Alt + 4', title: '全部会话', code: 'Digit4' },
  { action: 'list:closed', keys: 'Alt + 5', title: '已结束', code: 'Digit5' },
  { action: 'previous', keys: 'Alt + ↑', title: '上一个会话', code: 'ArrowUp' },
  { action: 'next', keys: 'Alt + ↓', title: '下一个会话', code: 'ArrowDown' },
  { action: 'take', keys: 'Alt + A', title: '接入当前会话', code: 'KeyA' },
  { action: 'transfer', keys: 'Alt + T', title: '转接', code: 'KeyT' },
  { action: 'return', keys: 'Alt + B', title: '交还小助', code: 'KeyB' },
  { action: 'close', keys: 'Alt + E', title: '结束会话', code: 'KeyE' },
  { action: 'note', keys: 'Alt + N', title: '写备注', code: 'KeyN' },
  { action: 'articles', keys: 'Alt + K', title: '查知识', code: 'KeyK' },
  { action: 'search', keys: 'Alt + F', title: '搜索会话', code: 'KeyF' },
  { action: 'write', keys: 'Alt + I', title: '回到输入框', code: 'KeyI' },
  { action: 'presence', keys: 'Alt + S', title: '接待中 / 离开', code: 'KeyS' },
]

/** Keys that belong to one place, for the help only. */
export const localKeys: readonly { keys: string; title: string }[] = [
  { keys: 'Enter 或 Ctrl + Enter', title: '发送' },
  { keys: 'Shift + Enter', title: '换行' },
  { keys: '/（行首）', title: '查找常用语' },
  { keys: 'Esc', title: '关闭弹窗、侧栏或常用语列表' },
  { keys: '?', title: '快捷键说明' },
]

/** The part of KeyboardEvent that is used here. */
export type Key = Pick<KeyboardEvent, 'code' | 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'isComposing' | 'repeat'>

/** Returns what a key asks for. `isWriting`: it was pressed in a field, where letters are text. */
export function findAction(key: Key, isWriting: boolean): Action | null {
  // With Ctrl too it is AltGr, which types characters on many keyboards.
  if (key.isComposing || key.ctrlKey || key.metaKey) return null
  if (!key.altKey) return !isWriting && (key.key === '?' || key.key === '？') ? 'help' : null
  if (key.shiftKey) return null
  const found = shortcuts.find((shortcut) => shortcut.code === key.code)?.action ?? null
  return key.repeat && found !== 'next' && found !== 'previous' ? null : found
}
