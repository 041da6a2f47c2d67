/** The one live connection of a desk: opened again after every loss, with the line watched by pings. */

import type { ClientFrame, Frame } from '../api/types'
import { backoffMs } from './backoff'

export type LinkState = 'connecting' | 'online' | 'offline'

/** The part of WebSocket that is used here. */
export type Socket = Pick<WebSocket, 'send' | 'close' | 'onopen' | 'onmessage' | 'onclose'>

export interface StreamPorts {
  openSocket(): Socket
  /** The server has greeted us: from now on every change comes as a frame; what was before must be loaded. */
  onHello(frame: Extract<Frame, { type: 'hello' }>): void
  onFrame(frame: Frame): void
  onState(state: LinkState): void
  onSignedOut(): void
  hasNetwork(): boolean
}

const signedOutCode = 4401
const openTimeoutMs = 10_000
const pingMs = 20_000
/** Nothing at all for this long, not even an answer to a ping: the line is dead though nobody said so. */
const silenceMs = 45_000
/** A connection shorter than this counts as a failure, so that a server in trouble is not hammered. */
const steadyMs = 5_000

export class Stream {
  private socket: Socket | null = null
  private isGreeted = false
  private openedAt = 0
  private heardAt = 0
  private attempt = 0
  private isStopped = true
  private reopenTimer: ReturnType<typeof setTimeout> | undefined
  private openTimer: ReturnType<typeof setTimeout> | undefined
  private pingTimer: ReturnType<typeof setInterval> | undefined

  constructor(private readonly ports: StreamPorts) {}

  start(): void {
    this.isStopped = false
    this.reconnect()
  }

  stop(): void {
    this.isStopped = true
    this.clearTimers()
    this.dropSocket()
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

  /** Returns false if there is no line; frames are never kept for later, since every greeting starts anew. */
  send(frame: ClientFrame): boolean {
    if (!this.isGreeted || !this.socket) return false
    this.socket.send(JSON.stringify(frame))
    return true
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
    socket.onmessage = (event) => {
      const frame = socket === this.socket ? parseFrame(event.data) : null
      if (frame) this.receive(frame)
    }
    socket.onclose = (event) => this.onClosed(socket, event.code)
  }

  private receive(frame: Frame): void {
    this.heardAt = Date.now()
    if (frame.type === 'hello') this.onHello(frame)
    else if (frame.type !== 'pong') this.ports.onFrame(frame)
  }

  private onHello(frame: Extract<Frame, { type: 'hello' }>): void {
    clearTimeout(this.openTimer)
    clearInterval(this.pingTimer)
    this.isGreeted = true
    this.openedAt = Date.now()
    this.pingTimer = setInterval(() => this.ping(), pingMs)
    this.ports.onState('online')
    this.ports.onHello(frame)
  }

  private ping(): void {
    if (Date.now() - this.heardAt > silenceMs) this.onClosed(this.socket, 0)
    else this.send({ type: 'ping' })
  }

  private onClosed(socket: Socket | null, code: number): void {
    if (socket !== this.socket || this.isStopped) return
    const wasSteady = this.isGreeted && Date.now() - this.openedAt > steadyMs
    this.attempt = wasSteady ? 1 : this.attempt + 1
    this.clearTimers()
    this.dropSocket()
    if (code === signedOutCode) {
      this.isStopped = true
      return this.ports.onSignedOut()
    }
    const isPlainlyOff = !this.ports.hasNetwork() || this.attempt > 2
    this.ports.onState(isPlainlyOff ? 'offline' : 'connecting')
    this.reopenTimer = setTimeout(() => this.open(), backoffMs(this.attempt))
  }

  private dropSocket(): void {
    const socket = this.socket
    this.socket = null
    this.isGreeted = false
    socket?.close()
  }

  private clearTimers(): void {
    clearTimeout(this.reopenTimer)
    clearTimeout(this.openTimer)
    clearInterval(this.pingTimer)
  }
}

/** Returns null for anything that is not a frame with a type; unknown types pass and are ignored by the reader. */
export function parseFrame(data: unknown): Frame | null {
  if (typeof data !== 'string') return null
  try {
    const frame: unknown = JSON.parse(data)
    return typeof frame === 'object' && frame !== null && 'type' in frame ? (frame as Frame) : null
  } catch {
    return null
  }
}
