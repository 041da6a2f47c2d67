/** Times as WeChat writes them above groups of messages. */

import type { Bubble } from './model'

const groupGapMs = 5 * 60_000
const dayMs = 86_400_000

export type Row = { kind: 'time'; key: string; text: string } | { kind: 'bubble'; key: string; bubble: Bubble }

/** Returns 15:20, 昨天 15:20, 星期三 15:20 (last six days), 11月2日 15:20 or 2025年11月2日 15:20; '' for no valid time. */
export function describeTime(at: string, now: Date): string {
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) return ''
  const clock = `${String(time.getHours()).padStart(2, '0')}:${String(time.getMinutes()).padStart(2, '0')}`
  const days = Math.round((startOfDay(now) - startOfDay(time)) / dayMs)
  if (days === 0) return clock
  if (days === 1) return `昨天 ${clock}`
  if (days > 1 && days < 7) return `星期${'日一二三四五六'[time.getDay()]} ${clock}`
  const day = `${time.getMonth() + 1}月${time.getDate()}日 ${clock}`
  return time.getFullYear() === now.getFullYear() ? day : `${time.getFullYear()}年${day}`
}

/** Returns the bubbles with a time before the first, and before each that follows after more than five minutes. */
export function arrangeRows(bubbles: Bubble[], now: Date): Row[] {
  const rows: Row[] = []
  let previousMs = -Infinity
  for (const bubble of bubbles) {
    const ms = new Date(bubble.at).getTime()
    if (ms - previousMs > groupGapMs)
      rows.push({ kind: 'time', key: `t${bubble.id}`, text: describeTime(bubble.at, now) })
    if (!Number.isNaN(ms)) previousMs = ms
    rows.push({ kind: 'bubble', key: `b${bubble.id}`, bubble })
  }
  return rows
}

/** Returns 47:59:12 or 00:41 until then; null when it is over or was never. */
export function describeRemaining(until: string | null, now: Date): string | null {
  const seconds = until ? Math.ceil((new Date(until).getTime() - now.getTime()) / 1000) : 0
  if (!(seconds > 0)) return null
  const parts = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  return (parts[0] ? parts : parts.slice(1)).map((part) => String(part).padStart(2, '0')).join(':')
}

function startOfDay(time: Date): number {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime()
}
