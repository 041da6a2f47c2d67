/** The line under the name: is the page connected, and who is answering. */

import type { LinkState } from '../chat/link'
import type { Owner } from '../chat/message'

export type StatusTone = 'good' | 'waiting' | 'bad' | 'person'

export interface Status {
  text: string
  tone: StatusTone
}

export function describeStatus(link: LinkState, owner: Owner, queuePosition: number | null): Status {
  if (link === 'offline') return { text: '离线 · 恢复后自动发送', tone: 'bad' }
  if (link === 'connecting') return { text: '连接中…', tone: 'waiting' }
  if (owner === 'queue') {
    const place = queuePosition !== null && queuePosition > 0 ? `，第 ${queuePosition} 位` : ''
    return { text: `在线 · 人工排队中${place}`, tone: 'waiting' }
  }
  if (owner.startsWith('agent:')) return { text: '在线 · 人工客服', tone: 'person' }
  return { text: '在线 · 智能助手', tone: 'good' }
}
