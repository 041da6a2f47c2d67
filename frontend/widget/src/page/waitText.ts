/** A place in the queue and the wait, as they are told. */

import type { QueuePlace } from '../chat/view'

/** Rounded up, nothing more exact than can be known: 约3分钟, 约15分钟, 可能超过1小时; '' when no time can be named. */
export function describeWait(expectedWaitS: number | null | undefined): string {
  if (expectedWaitS === null || expectedWaitS === undefined) return ''
  const minutes = Math.max(1, Math.ceil(expectedWaitS / 60))
  if (minutes > 60) return '可能超过1小时'
  return `约${minutes <= 10 ? minutes : Math.ceil(minutes / 5) * 5}分钟`
}

/** Returns for example 第2位 · 预计约3分钟; '' when neither is known. */
export function describePlace(queue: QueuePlace | null): string {
  const wait = describeWait(queue?.expectedWaitS)
  const parts = [queue && queue.position > 0 ? `第${queue.position}位` : '', wait && (wait.startsWith('约') ? `预计${wait}` : wait)]
  return parts.filter((part) => part !== '').join(' · ')
}
