/** What was said in one conversation, as far as it is loaded: each message once, in the server's order. */

import type { DeskMessage, MessageDelivery } from '../api/types'

export class Transcript {
  messages: readonly DeskMessage[] = []
  /** What the stream said of single messages, by their ids. */
  private readonly deliveries = new Map<string, MessageDelivery>()

  /**
   * Up to here nothing is missing from the loaded part: the highest sequence that came by an ordered way.
   * The answer to a POST does not move it, because something said just before may still be on its way.
   */
  cursor = 0

  /** Add what is new and replace what is known. Returns the messages that were not there before. */
  merge(incoming: readonly DeskMessage[]): DeskMessage[] {
    if (incoming.length === 0) return []
    const known = new Map(this.messages.map((message) => [message.id, message]))
    const added = incoming.filter((message) => !known.has(message.id))
    for (const message of incoming) known.set(message.id, this.withLatestDelivery(message))
    this.messages = [...known.values()].sort((a, b) => a.sequence - b.sequence)
    return added
  }

  /** Like `merge`, for messages that came in order after the cursor. */
  mergeOrdered(incoming: readonly DeskMessage[]): DeskMessage[] {
    const added = this.merge(incoming)
    this.cursor = Math.max(this.cursor, ...incoming.map((message) => message.sequence))
    return added
  }

  setDelivery(messageId: string, delivery: MessageDelivery): void {
    this.deliveries.set(messageId, delivery)
    this.messages = this.messages.map((message) => (message.id === messageId ? { ...message, delivery } : message))
  }

  /** The lowest sequence loaded; earlier messages are asked for before it. */
  get first(): number {
    return this.messages[0]?.sequence ?? 0
  }

  has(clientMessageId: string): boolean {
    return this.messages.some((message) => message.client_message_id === clientMessageId)
  }

  /** An answer that was read before the stream told the outcome must not undo it. */
  private withLatestDelivery(message: DeskMessage): DeskMessage {
    const told = this.deliveries.get(message.id)
    const isOnItsWay = message.delivery?.status === 'pending' || message.delivery?.status === 'sending'
    return told && isOnItsWay ? { ...message, delivery: told } : message
  }
}
