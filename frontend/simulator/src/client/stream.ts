/** Keeps the page live: the simulator's Server-Sent Events, opened again after every loss. */

import { backoffMs } from './backoff'
import { streamEventTypes, type StreamEvent } from './model'

/** The part of EventSource that is used here. */
export type Source = Pick<EventSource, 'addEventListener' | 'close' | 'onopen' | 'onerror'>

export interface StreamPorts {
  openSource(): Source
  /** Reads the whole state. */
  reload(): Promise<void>
  onEvent(event: StreamEvent): void
  onOnline(isOnline: boolean): void
}

export class Stream {
  private source: Source | null = null
  private attempt = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  /** Events that came while the state was read: they may be newer than it, so they follow it. */
  private waiting: StreamEvent[] | null = null
  private readings = 0

  constructor(private readonly ports: StreamPorts) {}

  start(): void {
    this.stop()
    const source = this.ports.openSource()
    this.source = source
    source.onopen = () => void this.onOpened(source)
    source.onerror = () => this.onLost(source)
    for (const type of streamEventTypes) {
      source.addEventListener(type, (message) => this.onMessage(source, type, (message as MessageEvent<string>).data))
    }
  }

  stop(): void {
    clearTimeout(this.timer)
    this.source?.close()
    this.source = null
    this.waiting = null
  }

  /** Reads the state and loses no event meanwhile. Happens at each opening: anything may have come before it. */
  async resync(): Promise<void> {
    this.waiting ??= []
    this.readings += 1
    try {
      await this.ports.reload()
    } finally {
      this.readings -= 1
      if (this.readings === 0) this.release()
    }
  }

  private release(): void {
    const events = this.waiting ?? []
    this.waiting = null
    events.forEach((event) => this.ports.onEvent(event))
  }

  private async onOpened(source: Source): Promise<void> {
    if (source !== this.source) return
    try {
      await this.resync()
    } catch {
      return this.onLost(source) // Gone again already: the next opening reads the state.
    }
    if (source !== this.source) return
    this.attempt = 0
    this.ports.onOnline(true)
  }

  private onMessage(source: Source, type: StreamEvent['type'], text: string): void {
    if (source !== this.source) return
    const event = { type, data: JSON.parse(text) } as StreamEvent
    if (this.waiting) this.waiting.push(event)
    else this.ports.onEvent(event)
  }

  private onLost(source: Source): void {
    if (source !== this.source) return
    this.stop()
    this.ports.onOnline(false)
    this.attempt += 1
    this.timer = setTimeout(() => this.start(), backoffMs(this.attempt))
  }
}
