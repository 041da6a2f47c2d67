/** Dates as a reader in China writes them. */

const groupGapMs = 5 * 60_000

/** Returns 今天 14:05, 昨天 14:05, 11月20日 14:05 or 2025年11月20日 14:05; '' for no valid time. */
export function describeTime(at: string, now: Date): string {
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) return ''
  const clock = `${time.getHours()}:${String(time.getMinutes()).padStart(2, '0')}`.padStart(5, '0')
  const days = Math.round((startOfDay(now) - startOfDay(time)) / 86_400_000)
  if (days === 0) return `今天 ${clock}`
  if (days === 1) return `昨天 ${clock}`
  const day = `${time.getMonth() + 1}月${time.getDate()}日 ${clock}`
  return time.getFullYear() === now.getFullYear() ? day : `${time.getFullYear()}年${day}`
}

/** True if so much time lies between two messages that the second gets its own time above it. */
export function isNewGroup(previousAt: string | undefined, at: string): boolean {
  if (previousAt === undefined) return true
  return new Date(at).getTime() - new Date(previousAt).getTime() > groupGapMs
}

/** Turns 2026-11-22 into 2026年11月22日. Leaves anything else as it is. */
export function describeDate(date: string): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(date)
  return parts ? `${parts[1]}年${Number(parts[2])}月${Number(parts[3])}日` : date
}

function startOfDay(time: Date): number {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime()
}
