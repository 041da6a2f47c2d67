/** An agent's messages that the server has not taken yet: per conversation one at a time, in order, until they are taken. */

import type { OutgoingMessage } from '../api/client'
import { ApiError } from '../api/errors'
import { backoffMs } from './backoff'
import { createIdentifier } from './identifier'
import type { Store } from './storage'

/** `unsent`: an attempt failed, another will follow. `refused`: will not be sent again as it is. */
export type UnsentState = 'waiting' | 'sending' | 'unsent' | 'refused'

export interface UnsentMessage extends OutgoingMessage {
  conversation_id: string
  /** Who wrote it: somebody else who signs in here does not send it. */
  by: string
  /** Milliseconds since 1970; also the order in which they were written. */
  order: number
  state: UnsentState
  /** Chinese; why it was refused. */
  reason?: string
}

export interface OutboxPorts {
  store: Store
  /** Resolves when the server has taken the message; rejects with ApiError. */
  deliver(item: UnsentMessage): Promise<void>
  changed(conversationId: string): void
}

const prefix = 'yingshang.desk.unsent.'

export class Outbox {
  private items: UnsentMessage[] = []
  private readonly busy = new Set<string>()
  private readonly attempts = new Map<string, number>()
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>()

  constructor(private readonly ports: OutboxPorts) {}

  /** Take over what this tab could not send before it was reloaded. */
  restore(by: string): void {
    const stored = this.ports.store
      .keys()
      .filter((key) => key.startsWith(prefix))
      .map((key) => this.ports.store.read<UnsentMessage>(key))
      .filter((item): item is UnsentMessage => item?.by === by && typeof item.client_message_id === 'string')
    const known = new Set(this.items.map((item) => item.client_message_id))
    for (const item of stored.sort((a, b) => a.order - b.order)) {
      if (!known.has(item.client_message_id)) this.items.push(item.state === 'refused' ? item : { ...item, state: 'waiting' })
    }
    this.wake()
  }

  add(by: string, conversationId: string, text: string, passages: OutgoingMessage['passages']): UnsentMessage {
    const order = Math.max(Date.now(), (this.items[this.items.length - 1]?.order ?? 0) + 1)
    const client_message_id = createIdentifier()
    const item: UnsentMessage = { conversation_id: conversationId, by, client_message_id, text, passages, order, state: 'waiting' }
    this.items.push(item)
    this.save(item)
    this.wakeOne(conversationId)
    return item
  }

  list(conversationId: string): UnsentMessage[] {
    return this.items.filter((item) => item.conversation_id === conversationId).map((item) => ({ ...item }))
  }

  get size(): number {
    return this.items.length
  }

  /** Forget a message: it was seen on the server, or its writer took it back. */
  drop(clientMessageId: string): UnsentMessage | undefined {
    const dropped = this.items.find((item) => item.client_message_id === clientMessageId)
    if (!dropped) return undefined
    this.items = this.items.filter((item) => item !== dropped)
    this.ports.store.write(prefix + clientMessageId, null)
    this.ports.changed(dropped.conversation_id)
    return dropped
  }

  /** Try now: the line is back, or somebody asked. */
  wake(): void {
    for (const id of new Set(this.items.map((item) => item.conversation_id))) this.wakeOne(id)
  }

  /** Send nothing more, keep everything stored: the session is over. */
  pause(): void {
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
    this.items = []
  }

  private wakeOne(conversationId: string): void {
    clearTimeout(this.timers.get(conversationId))
    this.timers.delete(conversationId)
    this.ports.changed(conversationId)
    void this.deliverAll(conversationId)
  }

  private async deliverAll(conversationId: string): Promise<void> {
    if (this.busy.has(conversationId)) return
    this.busy.add(conversationId)
    for (let item = this.next(conversationId); item; item = this.next(conversationId)) {
      const failure = await this.attemptOne(item)
      if (failure && this.items.includes(item)) {
        this.tryLater(conversationId, failure)
        break
      }
      this.attempts.delete(conversationId)
    }
    this.busy.delete(conversationId)
    this.ports.changed(conversationId)
  }

  /** Returns null when the message needs no further attempt. */
  private async attemptOne(item: UnsentMessage): Promise<ApiError | null> {
    item.state = 'sending'
    this.ports.changed(item.conversation_id)
    try {
      await this.ports.deliver(item)
    } catch (failure) {
      const error = failure instanceof ApiError ? failure : new ApiError(0, 'unreachable', '')
      // 401: the page asks to sign in again, and then goes on.
      if (error.isWorthRepeating || error.status === 401) return error
      item.state = 'refused'
      item.reason = error.message
      if (this.items.includes(item)) this.save(item)
      return null
    }
    this.drop(item.client_message_id)
    return null
  }

  /** One that could not be sent holds up all that follow in its conversation. */
  private tryLater(conversationId: string, failure: ApiError): void {
    for (const item of this.items) {
      if (item.conversation_id === conversationId && item.state !== 'refused') item.state = 'unsent'
    }
    const attempt = (this.attempts.get(conversationId) ?? 0) + 1
    this.attempts.set(conversationId, attempt)
    const delayMs = failure.retryAfterS === null ? backoffMs(attempt) : failure.retryAfterS * 1000
    this.timers.set(conversationId, setTimeout(() => this.wakeOne(conversationId), delayMs))
  }

  private next(conversationId: string): UnsentMessage | undefined {
    return this.items.find((item) => item.conversation_id === conversationId && item.state !== 'refused')
  }

  private save(item: UnsentMessage): void {
    this.ports.store.write(prefix + item.client_message_id, item)
  }
}
