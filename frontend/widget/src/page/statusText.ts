/** The line under the name: is the page connected, and who is answering. */

import { isAgent } from '../chat/message'
import type { ConversationView } from '../chat/view'
import { describePlace } from './waitText'

export type StatusTone = 'good' | 'waiting' | 'bad' | 'person'

export interface Status {
  text: string
  tone: StatusTone
}

export type Standing = Pick<ConversationView, 'link' | 'owner' | 'agentName' | 'queue'>

export function describeStatus({ link, owner, agentName, queue }: Readonly<Standing>): Status {
  if (link === 'offline') return { text: '离线 · 恢复后自动发送', tone: 'bad' }
  if (link === 'connecting') return { text: '连接中…', tone: 'waiting' }
  if (owner === 'queue') return { text: `排队中 ${describePlace(queue)}`.trim(), tone: 'waiting' }
  if (isAgent(owner)) return { text: `人工客服 ${agentName ?? ''} 正在为您服务`.replace('  ', ' '), tone: 'person' }
  return { text: '在线 · 智能助手', tone: 'good' }
}
