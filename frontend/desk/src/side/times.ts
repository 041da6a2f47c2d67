/** Times as the desk shows them: by the clock in Hangzhou, wherever the computer thinks it is. Pure. */

const hangzhouOffsetMs = 8 * 3_600_000
const dayMs = 86_400_000

/** Returns 10:02 for today, else 11月20日 10:02 or 2025年11月20日 10:02; '' for no valid time. */
export function describeMoment(at: string, now: Date): string {
  const time = parseInHangzhou(at)
  if (!time) return ''
  return isSameDay(time, inHangzhou(now)) ? clockOf(time) : `${dayOf(time, inHangzhou(now))} ${clockOf(time)}`
}

/** Returns 10:02; '' for no valid time. */
export function describeClock(at: string): string {
  const time = parseInHangzhou(at)
  return time ? clockOf(time) : ''
}

/** Returns 今天, 昨天, 11月20日 or 2025年11月20日; '' for no valid time. */
export function describeDay(at: string, now: Date): string {
  const time = parseInHangzhou(at)
  if (!time) return ''
  const days = Math.floor(inHangzhou(now).getTime() / dayMs) - Math.floor(time.getTime() / dayMs)
  if (days === 0) return '今天'
  return days === 1 ? '昨天' : dayOf(time, inHangzhou(now))
}

/** Turns 2026-11-22 into 2026年11月22日. Leaves anything else as it is. */
export function describeDate(date: string): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(date)
  return parts ? `${parts[1]}年${Number(parts[2])}月${Number(parts[3])}日` : date
}

/** Returns 45秒, 3分20秒, 12分钟 or 1小时5分; – for null. */
export function describeSeconds(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–'
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole}秒`
  const minutes = Math.floor(whole / 60)
  if (minutes >= 60) return minutes % 60 ? `${Math.floor(minutes / 60)}小时${minutes % 60}分` : `${minutes / 60}小时`
  return whole % 60 && minutes < 10 ? `${minutes}分${whole % 60}秒` : `${minutes}分钟`
}

/** Seconds from one time to another, never below zero; null for no valid time. */
export function secondsBetween(from: string | null | undefined, to: Date): number | null {
  const start = new Date(from ?? Number.NaN).getTime()
  return Number.isNaN(start) ? null : Math.max(0, Math.round((to.getTime() - start) / 1000))
}

function parseInHangzhou(at: string): Date | null {
  const time = new Date(at)
  return Number.isNaN(time.getTime()) ? null : inHangzhou(time)
}

/** Returns a time whose UTC fields are what a clock in Hangzhou shows. */
export function inHangzhou(time: Date): Date {
  return new Date(time.getTime() + hangzhouOffsetMs)
}

function isSameDay(one: Date, other: Date): boolean {
  return Math.floor(one.getTime() / dayMs) === Math.floor(other.getTime() / dayMs)
}

function clockOf(time: Date): string {
  return `${String(time.getUTCHours()).padStart(2, '0')}:${String(time.getUTCMinutes()).padStart(2, '0')}`
}

function dayOf(time: Date, now: Date): string {
  const day = `${time.getUTCMonth() + 1}月${time.getUTCDate()}日`
  return time.getUTCFullYear() === now.getUTCFullYear() ? day : `${time.getUTCFullYear()}年${day}`
}
