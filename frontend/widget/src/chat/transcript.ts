/** Everything said in one conversation: each message once, in the server's order. */

import type { OutgoingMessage } from './api'
import type { Message } from './message'

const localPrefix = 'local:'

export class Transcript {
  messages: Message[] = []

  /**
   * Up to here nothing is missing: the highest sequence that came by an ordered way (stream or list).
   * The answer to a POST does not move it, because something said just before may still be on its way.
   */
  cursor = 0

  /** Add what is new and replace what is known. Returns the messages that were not there before. */
  merge(incoming: readonly Message[]): Message[] {
    const known = new Map(this.messages.map((message) => [message.id, message]))
    const added = incoming.filter((message) => !known.has(message.id))
    for (const message of incoming) {
      known.set(message.id, message)
      if (message.client_message_id) known.delete(localPrefix + message.client_message_id)
    }
    this.messages = [...known.values()].sort((a, b) => a.sequence - b.sequence)
    return added
  }

  /** Like `merge`, for messages that came in order after the cursor. */
  mergeOrdered(incoming: readonly Message[]): Message[] {
    const added = this.merge(incoming)
    this.cursor = Math.max(this.cursor, ...incoming.map((message) => message.sequence))
    return added
  }

  /** True if a message with this sequence would leave a gap that nothing known fills. */
  hasGapBefore(sequence: number): boolean {
    const known = new Set(this.messages.map((message) => message.sequence))
    for (let missing = this.cursor + 1; missing < sequence; missing += 1) if (!known.has(missing)) return true
    return false
  }

  hasUserMessage(clientMessageId: string): boolean {
    return this.messages.some((message) => message.client_message_id === clientMessageId)
  }

  /** Show a message of ours that the server took but has not sent back yet, just above its replies. */
  keepSent(sent: OutgoingMessage, at: string, replies: readonly Message[]): void {
    if (this.hasUserMessage(sent.clientMessageId)) return
    const last = this.messages[this.messages.length - 1]?.sequence ?? 0
    const copy: Message = {
      id: localPrefix + sent.clientMessageId,
      sequence: (replies.length > 0 ? Math.min(...replies.map((reply) => reply.sequence)) : Math.ceil(last) + 1) - 0.5,
      sender: 'user',
      text: sent.text,
      at,
      client_message_id: sent.clientMessageId,
    }
    this.messages = [...this.messages, copy].sort((a, b) => a.sequence - b.sequence)
  }
}
