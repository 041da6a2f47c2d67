/** The conversations opened here: the one in view and those looked at lately, all kept live. */

import { shallowReactive } from 'vue'
import type { Frame } from '../api/types'
import { Conversation, type ConversationPorts } from './conversation'

/** The server streams up to twenty; an agent speaks with about five. */
const mostOpen = 8

export interface ChatsState {
  openId: string | null
}

export class Chats {
  readonly state: ChatsState = shallowReactive({ openId: null })
  /** Least lately looked at first. */
  private readonly kept = shallowReactive(new Map<string, Conversation>())

  constructor(private readonly ports: ConversationPorts) {}

  /** The one in view. */
  get current(): Conversation | null {
    return this.state.openId === null ? null : (this.kept.get(this.state.openId) ?? null)
  }

  get openIds(): Set<string> {
    return new Set(this.kept.keys())
  }

  open(id: string): void {
    const known = this.kept.get(id)
    const conversation = known ?? new Conversation(id, this.ports)
    this.kept.delete(id)
    this.kept.set(id, conversation)
    this.state.openId = id
    if (!known || conversation.view.phase === 'failed') void conversation.open()
    this.dropOldest()
  }

  closeView(): void {
    this.state.openId = null
  }

  find(id: string): Conversation | undefined {
    return this.kept.get(id)
  }

  /**
   * The stream begins anew: load what changed beside the messages, ask for the messages after those we have.
   * Returns false if that failed and should be tried again.
   */
  async resume(): Promise<boolean> {
    const done = await Promise.all([...this.kept.values()].map((conversation) => conversation.open()))
    return done.every(Boolean)
  }

  receive(frame: Extract<Frame, { type: 'message' | 'delivery' | 'typing' | 'note' }>): void {
    this.kept.get(frame.conversation_id)?.receive(frame)
  }

  clear(): void {
    this.kept.clear()
    this.state.openId = null
  }

  private dropOldest(): void {
    for (const [id, conversation] of this.kept) {
      if (this.kept.size <= mostOpen) return
      if (id === this.state.openId) continue
      conversation.leave()
      this.kept.delete(id)
    }
  }
}
