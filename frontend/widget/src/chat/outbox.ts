/** Messages the server has not taken yet: sent one at a time, in order, again and again until they are taken. */

import type { OutgoingMessage } from './api'
import { backoffMs } from './backoff'
import { MessageRefused, ServerUnreachable } from './errors'
import { createIdentifier } from './identifier'

/** `unsent`: an attempt failed, another will follow. `refused`: will not be sent again as it is. */
export type UnsentState = 'waiting' | 'sending' | 'unsent' | 'refused'

export interface UnsentMessage extends OutgoingMessage {
  /** Milliseconds since 1970; also the order in which they were written. */
  order: number
  state: UnsentState
  /** Chinese; why it was refused. */
  reason?: string
}

export interface OutboxPorts {
  /** Resolves when the server has taken the message; rejects with an error of `errors.ts`. */
  deliver(item: UnsentMessage): Promise<void>
  save(item: UnsentMessage): void
  remove(clientMessageId: string): void
  changed(items: readonly UnsentMessage[], isDelivering: boolean): void
}

export class Outbox {
  private items: UnsentMessage[] = []
  private isDelivering = false
  private attempt = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly ports: OutboxPorts) {}

  /** Take over what an earlier visit could not send. */
  restore(items: readonly UnsentMessage[]): void {
    this.items = items.map((item) => (item.state === 'refused' ? { ...item } : { ...item, state: 'waiting' }))
    this.wake()
  }

  add(text: string, payload?: string): UnsentMessage {
    const order = Math.max(Date.now(), (this.items[this.items.length - 1]?.order ?? 0) + 1)
    const item: UnsentMessage = { clientMessageId: createIdentifier(), text, order, state: 'waiting' }
    if (payload !== undefined) item.payload = payload
    this.items.push(item)
    this.ports.save(item)
    this.wake()
    return item
  }

  /** Forget a message: it was seen on the server, or the user took it back. */
  drop(clientMessageId: string): void {
    this.items = this.items.filter((item) => item.clientMessageId !== clientMessageId)
    this.ports.remove(clientMessageId)
    this.report()
  }

  clear(): void {
    for (const item of [...this.items]) this.drop(item.clientMessageId)
  }

  /** Try now: the line is back, or the user asked. */
  wake(): void {
    clearTimeout(this.timer)
    this.report()
    void this.deliverAll()
  }

  private async deliverAll(): Promise<void> {
    if (this.isDelivering) return
    this.isDelivering = true
    for (let item = this.next(); item; item = this.next()) {
      const failure = await this.attemptOne(item)
      if (failure) {
        this.attempt += 1
        this.markUnsent()
        this.timer = setTimeout(() => this.wake(), failure.retryAfterMs ?? backoffMs(this.attempt))
        break
      }
      this.attempt = 0
    }
    this.isDelivering = false
    this.report()
  }

  /** Returns null when the message needs no further attempt. */
  private async attemptOne(item: UnsentMessage): Promise<ServerUnreachable | null> {
    item.state = 'sending'
    this.report()
    try {
      await this.ports.deliver(item)
    } catch (failure) {
      if (!(failure instanceof MessageRefused)) {
        return failure instanceof ServerUnreachable ? failure : new ServerUnreachable('network')
      }
      item.state = 'refused'
      item.reason = failure.message
      if (this.items.includes(item)) this.ports.save(item)
      return null
    }
    this.drop(item.clientMessageId)
    return null
  }

  /** One that could not be sent holds up all that follow. */
  private markUnsent(): void {
    for (const item of this.items) if (item.state !== 'refused') item.state = 'unsent'
  }

  private next(): UnsentMessage | undefined {
    return this.items.find((item) => item.state !== 'refused')
  }

  private report(): void {
    this.ports.changed(
      this.items.map((item) => ({ ...item })),
      this.isDelivering,
    )
  }
}
