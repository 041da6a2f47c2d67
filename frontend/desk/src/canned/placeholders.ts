/** Placeholders of canned replies: filled by the desk in the input, never by the server. Pure. */

import { inHangzhou } from '../side/times'

export const placeholders = ['访客', '坐席', '工号', '时间问候', '组', '日期'] as const
export type Placeholder = (typeof placeholders)[number]

/** What a placeholder becomes. One that is missing or empty is not known and stays. */
export type PlaceholderValues = Partial<Record<Placeholder, string>>

export interface FilledText {
  text: string
  /** Names of the placeholders that stayed, each once, in their order. */
  unknown: string[]
}

export interface Piece {
  text: string
  /** filled: came from a placeholder; unknown: a placeholder that stayed. */
  kind: 'plain' | 'filled' | 'unknown'
}

/** Who writes to whom. */
export interface WritingContext {
  visitor?: string | undefined
  agent?: string | undefined
  username?: string | undefined
  team?: string | undefined
  now: Date
}

const pattern = /(\{[^{}\n]{1,16}\})/

export function fillPlaceholders(text: string, values: PlaceholderValues): FilledText {
  const pieces = splitFilled(text, values)
  const unknown = pieces.filter((piece) => piece.kind === 'unknown').map((piece) => piece.text.slice(1, -1))
  return { text: pieces.map((piece) => piece.text).join(''), unknown: [...new Set(unknown)] }
}

/** Returns the filled text in pieces, so that what was filled in, and what was not, can be marked. */
export function splitFilled(text: string, values: PlaceholderValues): Piece[] {
  return text
    .split(pattern)
    .filter((part) => part !== '')
    .map((part) => fillPiece(part, values))
}

function fillPiece(part: string, values: PlaceholderValues): Piece {
  if (!pattern.test(part)) return { text: part, kind: 'plain' }
  const name = part.slice(1, -1).trim()
  const value = isPlaceholder(name) ? values[name] : undefined
  return value ? { text: value, kind: 'filled' } : { text: part, kind: 'unknown' }
}

export function isPlaceholder(name: string): name is Placeholder {
  return (placeholders as readonly string[]).includes(name)
}

/** Returns the values for whoever writes now. 工号 is the user name. */
export function listValues(context: WritingContext): PlaceholderValues {
  const values: PlaceholderValues = { 时间问候: greetingAt(context.now), 日期: dateAt(context.now) }
  if (context.visitor) values.访客 = context.visitor
  if (context.agent) values.坐席 = context.agent
  if (context.username) values.工号 = context.username
  if (context.team) values.组 = context.team
  return values
}

/** Returns 上午好, 下午好 or 晚上好 by the clock in Hangzhou, wherever the computer thinks it is. */
export function greetingAt(now: Date): string {
  const hour = inHangzhou(now).getUTCHours()
  if (hour >= 5 && hour < 12) return '上午好'
  return hour >= 12 && hour < 18 ? '下午好' : '晚上好'
}

/** Returns 2026年11月23日 by the calendar in Hangzhou. */
export function dateAt(now: Date): string {
  const day = inHangzhou(now)
  return `${day.getUTCFullYear()}年${day.getUTCMonth() + 1}月${day.getUTCDate()}日`
}
