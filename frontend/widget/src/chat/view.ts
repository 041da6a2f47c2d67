/** What the page shows of a conversation. */

import { reactive } from 'vue'
import type { LinkState } from './link'
import type { Message, Owner } from './message'
import type { UnsentMessage } from './outbox'

export interface ConversationView {
  messages: Message[]
  unsent: UnsentMessage[]
  link: LinkState
  owner: Owner
  queuePosition: number | null
  isTyping: boolean
  isLoading: boolean
  /** Chinese; something the user should know about the conversation as a whole. */
  notice: string | null
}

export function createView(): ConversationView {
  return reactive({ ...emptyView(), unsent: [], link: 'connecting', isTyping: false, isLoading: false })
}

/** The part of the view that belongs to one conversation and ends with it. */
export function emptyView(): Pick<ConversationView, 'messages' | 'owner' | 'queuePosition' | 'notice'> {
  return { messages: [], owner: 'bot', queuePosition: null, notice: null }
}
