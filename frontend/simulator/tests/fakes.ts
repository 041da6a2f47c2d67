/** What the page meets in its tests: a simulator that answers at once, and streams that are driven by hand. */

import type { Fetcher } from '../src/client/api'
import type { Bubble, Faults, LogEntry, State, User } from '../src/client/model'
import type { Source } from '../src/client/stream'

export function bubbleOf(id: number, given: Partial<Bubble> = {}): Bubble {
  return {
    id,
    sender: 'account',
    kind: 'text',
    text: `第 ${id} 条`,
    options: [],
    at: '2026-11-22T15:20:00+08:00',
    via: 'passive',
    in_reply_to: null,
    media_id: null,
    state: null,
    tail: '',
    ...given,
  }
}

export function userOf(openid: string): User {
  return { openid, nickname: '张经理', followed: true, color: '#5b8def' }
}

export function entryOf(id: number, given: Partial<LogEntry> = {}): LogEntry {
  return {
    id,
    at: '2026-11-22T15:20:00+08:00',
    kind: 'callback',
    what: 'text',
    openid: 'o1',
    message_id: '7',
    attempt: 1,
    status: 200,
    code: null,
    ms: 12.4,
    outcome: 'answered',
    ...given,
  }
}

export const noFaults: Faults = {
  api_errors: {},
  api_delay_s: {},
  api_drop: {},
  when: 'after',
  duplicate_share: 0,
  reorder_share: 0,
  drop_answer_share: 0,
  callback_delay_s: 0,
  expire_old_token: false,
  seed: null,
}

export function stateOf(bubbles: Bubble[] = [], given: Partial<State> = {}): State {
  const account = {
    name: '营商小助',
    app_id: 'wx1',
    mode: 'safe',
    has_customer_service: true,
    callback_url: 'http://127.0.0.1/wechat',
  } as const
  const nothing = { left: 0, until: null }
  return {
    account,
    users: [userOf('o1')],
    menu: null,
    faults: noFaults,
    quota: { message: nothing, event: nothing },
    bubbles,
    ...given,
  }
}

export class FakeSource implements Source {
  onopen: Source['onopen'] = null
  onerror: Source['onerror'] = null
  isClosed = false
  private readonly listeners = new Map<string, (message: MessageEvent) => void>()

  addEventListener(type: string, listener: unknown): void {
    this.listeners.set(type, listener as (message: MessageEvent) => void)
  }

  close(): void {
    this.isClosed = true
  }

  open(): void {
    this.onopen?.call(this as unknown as EventSource, {} as Event)
  }

  fail(): void {
    this.onerror?.call(this as unknown as EventSource, {} as Event)
  }

  send(type: string, data: object): void {
    this.listeners.get(type)?.({ data: JSON.stringify(data) } as MessageEvent)
  }
}

/** Answers each call from `answers` by `METHOD path`, 404 otherwise, and keeps what was asked. */
export class FakeSimulator {
  readonly calls: { call: string; body: unknown }[] = []

  constructor(private readonly answers: Record<string, { status?: number; body: unknown }>) {}

  readonly fetch: Fetcher = (path, init) => {
    const call = `${init?.method} ${path}`
    const sent = init?.body
    this.calls.push({ call, body: typeof sent === 'string' ? JSON.parse(sent) : sent })
    const { status = 200, body } = this.answers[call] ?? { status: 404, body: {} }
    return Promise.resolve(new Response(JSON.stringify(body), { status }))
  }
}
