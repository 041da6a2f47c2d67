/** What the page shows of a conversation. */

import { reactive } from 'vue'
import type { LinkState } from './link'
import type { FrameOf, Message, Owner, Typist } from './message'
import type { UnsentMessage } from './outbox'

/** The user's place among those who wait for a person. */
export interface QueuePlace {
  /** From 1. */
  position: number
  /** Null when too little is known to name a time. */
  expectedWaitS: number | null
  team: string | null
}

/** Older servers say only the position. */
export function readPlace({ position, expected_wait_s = null, team = null }: FrameOf<'queue'>): QueuePlace {
  return { position, expectedWaitS: expected_wait_s, team }
}

export interface ConversationView {
  messages: Message[]
  unsent: UnsentMessage[]
  link: LinkState
  owner: Owner
  /** Null while the agent's name is not known, and while no agent has the conversation. */
  agentName: string | null
  /** A person ended the chat, and nothing was asked since. */
  isClosed: boolean
  /** Null while nobody waits, and while the server has not said the place. */
  queue: QueuePlace | null
  /** Who is writing an answer. */
  typist: Typist | null
  isLoading: boolean
  /** Chinese; something the user should know about the conversation as a whole. */
  notice: string | null
}

export function createView(): ConversationView {
  return reactive({ ...emptyView(), unsent: [], link: 'connecting', typist: null, isLoading: false })
}

/** The part of the view that belongs to one conversation and ends with it. */
export function emptyView(): Pick<
  ConversationView,
  'messages' | 'owner' | 'agentName' | 'isClosed' | 'queue' | 'notice'
> {
  return { messages: [], owner: 'bot', agentName: null, isClosed: false, queue: null, notice: null }
}
