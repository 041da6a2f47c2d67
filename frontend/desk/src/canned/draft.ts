/** A canned reply while it is being written, and what is wrong with it. Pure. */

import { isPlaceholder } from './placeholders'

export interface ReplyDraft {
  shortcut: string
  title: string
  text: string
  shared: boolean
}

export type DraftErrors = Partial<Record<'shortcut' | 'title' | 'text', string>>

const shortcutLimit = 32
const titleLimit = 64
export const textLimit = 2000

/** Returns the first mistake of each field in words for people; nothing when it can be saved. */
export function checkDraft(draft: ReplyDraft): DraftErrors {
  const errors: DraftErrors = {}
  const shortcut = checkShortcut(draft.shortcut)
  if (shortcut) errors.shortcut = shortcut
  const title = checkLength('标题', draft.title, titleLimit)
  if (title) errors.title = title
  const text = checkLength('内容', draft.text, textLimit)
  if (text) errors.text = text
  return errors
}

/** A shortcut is typed after `/`, so it can hold no space, and no `/` of its own. */
function checkShortcut(shortcut: string): string {
  if (shortcut === '') return '请填写快捷词'
  if (/\s/.test(shortcut)) return '快捷词里不能有空格'
  if (shortcut.startsWith('/')) return '不用写开头的“/”，使用时再输入'
  return countCharacters(shortcut) > shortcutLimit ? `快捷词最多${shortcutLimit}个字` : ''
}

function checkLength(name: string, text: string, limit: number): string {
  if (text.trim() === '') return `请填写${name}`
  const over = countCharacters(text.trim()) - limit
  return over > 0 ? `${name}最多${limit}个字，超出${over}个字` : ''
}

/** Returns the placeholders that nobody knows, such as {姓名}: they would reach the user as they are. */
export function findStrangers(text: string): string[] {
  const names = [...text.matchAll(/\{([^{}\n]{1,16})\}/g)].map((match) => match[1]!.trim())
  return [...new Set(names.filter((name) => !isPlaceholder(name)))]
}

/** Characters as people count them: one for each code point. */
export function countCharacters(text: string): number {
  return Array.from(text).length
}
