/** Keeps one conversation live: a WebSocket, opened again after every loss, and polling while there is none. */

import { backoffMs } from './backoff'
import { ConversationUnknown } from './errors'
import { parseFrame, type Frame } from './message'

export type LinkState = 'connecting' | 'online' | 'offline'

/** The part of WebSocket that is used here. */
export type Socket = Pick<WebSocket, 'send' | 'close' | 'onopen' | 'onmessage' | 'onclose'>

export interface LinkPorts {
  openSocket(): Socket
  /** The first frame: token and the last sequence seen. */
  hello(): object
  onFrame(frame: Frame): void
  onState(state: LinkState): void
  /** Fetch what is missing over HTTP. */
  poll(): Promise<void>
  /** The conversation is unknown or its token refused. */
  onLost(): void
  hasNetwork(): boolean
}

const tokenRefusedCode = 4401
const openTimeoutMs = 10_000
const pollMs = 4_000
const firstPollMs = 600
/** A connection shorter than this counts as a failure, so that a server in trouble is not hammered. */
const steadyMs = 5_000

export class Link {
  private socket: Socket | null = null
  private isOpen = false
  private openedAt = 0
  private attempt = 0
  private isStopped = true
  private reopenTimer: ReturnType<typeof setTimeout> | undefined
  private openTimer: ReturnType<typeof setTimeout> | undefined
  private pollTimer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly ports: LinkPorts) {}

  start(): void {
    this.isStopped = false
    this.reconnect()
  }

  stop(): void {
    this.isStopped = true
    this.dropSocket()
    this.clearTimers()
  }

  /** Begin a fresh connection at once: the network is back, or the page was asleep. */
  reconnect(): void {
    if (this.isStopped) return
    this.attempt = 0
    this.clearTimers()
    this.dropSocket()
    if (!this.ports.hasNetwork()) return this.ports.onState('offline')
    this.ports.onState('connecting')
    this.open()
  }

  /** Something was just said: without a stream, look now rather than at the next turn. */
  lookNow(): void {
    if (!this.isOpen && !this.isStopped) this.schedulePoll(0)
  }

  /** True while news comes by the stream. */
  get isLive(): boolean {
    return this.isOpen
  }

  /** Tell the server something that is worth nothing later: without a stream it is dropped. */
  tell(frame: object): void {
    if (this.isOpen) this.socket?.send(JSON.stringify(frame))
  }

  private open(): void {
    let socket: Socket
    try {
      socket = this.ports.openSocket()
    } catch {
      return this.onClosed(null, 0) // Forbidden here, for example by a security policy.
    }
    this.socket = socket
    this.openTimer = setTimeout(() => this.onClosed(socket, 0), openTimeoutMs)
    socket.onopen = () => {
      if (socket !== this.socket) return
      clearTimeout(this.openTimer)
      clearTimeout(this.pollTimer)
      this.isOpen = true
      this.openedAt = Date.now()
      socket.send(JSON.stringify(this.ports.hello()))
      this.ports.onState('online')
    }
    socket.onmessage = (event) => {
      const frame = socket === this.socket ? parseFrame(event.data) : null
      if (frame) this.ports.onFrame(frame)
    }
    socket.onclose = (event) => this.onClosed(socket, event.code)
  }

  private onClosed(socket: Socket | null, code: number): void {
    if (socket !== this.socket || this.isStopped) return
    const wasSteady = this.isOpen && Date.now() - this.openedAt > steadyMs
    this.attempt = wasSteady ? 1 : this.attempt + 1
    this.dropSocket()
    if (code === tokenRefusedCode) return this.ports.onLost()
    if (!this.ports.hasNetwork()) return this.ports.onState('offline')
    clearTimeout(this.reopenTimer)
    this.reopenTimer = setTimeout(() => this.open(), backoffMs(this.attempt))
    if (this.attempt === 1) this.ports.onState('connecting')
    this.schedulePoll(firstPollMs)
  }

  private schedulePoll(delayMs: number): void {
    clearTimeout(this.pollTimer)
    this.pollTimer = setTimeout(() => void this.pollOnce(), delayMs)
  }

  private async pollOnce(): Promise<void> {
    let state: LinkState = 'online'
    try {
      await this.ports.poll()
    } catch (failure) {
      if (failure instanceof ConversationUnknown) {
        if (!this.isStopped) this.ports.onLost()
        return
      }
      state = 'offline'
    }
    if (this.isOpen || this.isStopped) return
    this.ports.onState(state)
    this.schedulePoll(state === 'online' ? pollMs : backoffMs(3))
  }

  private dropSocket(): void {
    const socket = this.socket
    this.socket = null
    this.isOpen = false
    clearTimeout(this.openTimer)
    socket?.close()
  }

  private clearTimers(): void {
    clearTimeout(this.reopenTimer)
    clearTimeout(this.openTimer)
    clearTimeout(this.pollTimer)
  }
}
