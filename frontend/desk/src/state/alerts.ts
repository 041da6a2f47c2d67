/** What of the changes in the lists is news for this agent. */

import type { Me } from '../api/types'
import type { EntryChange } from './entries'
import { ownerOf } from './filing'

export type Alert = 'waiting' | 'assigned' | 'message'

export interface AlertContext {
  me: Me
  /** True if the agent is looking at it right now. */
  isInView(id: string): boolean
  /** True if the agent asked for it a moment ago: then it is no surprise. */
  isOwnDoing(id: string): boolean
}

export function findAlert({ entry, previous }: EntryChange, context: AlertContext): Alert | null {
  const { me } = context
  const id = entry.conversation_id
  if (!me.permissions.includes('talk')) return null
  if (entry.owner === ownerOf(me.username)) {
    if (previous?.owner !== entry.owner) return context.isOwnDoing(id) ? null : 'assigned'
    const isNewWord = (entry.last_message?.sequence ?? 0) > (previous.last_message?.sequence ?? 0)
    return isNewWord && entry.last_message?.sender === 'user' && !context.isInView(id) ? 'message' : null
  }
  const isNewInQueue = entry.owner === 'queue' && previous?.owner !== 'queue'
  const isMyTeam = me.teams.some((team) => team.id === entry.handover?.team)
  return isNewInQueue && isMyTeam && me.presence.state === 'ready' && !context.isOwnDoing(id) ? 'waiting' : null
}

export const alertTexts: Record<Alert, string> = {
  waiting: '有新的会话在排队',
  assigned: '有会话分配给您',
  message: '发来新消息',
}

/** Returns the page's title; `count` conversations have news that nobody looked at. */
export function titleFor(count: number): string {
  return count > 0 ? `(${count}) 新消息 - 营商小助坐席台` : '营商小助坐席台'
}
