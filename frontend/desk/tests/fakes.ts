/** A desk server in memory that keeps the contract's promises, and loses what the test tells it to lose. */

import type { DeskApi, OutgoingMessage } from '../src/api/client'
import { ApiError } from '../src/api/errors'
import type { Counts, DeskMessage, Detail, Entry, EntryPage, Frame, Handover, ListName, Me, Setup } from '../src/api/types'
import { fileEntries } from '../src/state/filing'
import { createStore, type Store } from '../src/state/storage'
import type { Socket } from '../src/state/stream'

export const me: Me = {
  username: 'zhangsan',
  display_name: '张三',
  role: 'agent',
  teams: [{ id: 'hotline', title: '综合服务组' }],
  skills: [],
  languages: ['zh-Hans'],
  capacity: 5,
  must_change_password: false,
  presence: { state: 'ready', takes_automatically: false },
  permissions: ['read', 'talk'],
}

export function makeHandover(change: Partial<Handover> = {}): Handover {
  return {
    id: 1,
    status: 'waiting',
    team: 'hotline',
    team_title: '综合服务组',
    reason: 'request_human',
    priority: 2,
    requested_at: '2026-11-23T02:00:00Z',
    queued_at: '2026-11-23T02:00:00Z',
    escalate_at: null,
    taken_by: null,
    taken_at: null,
    first_reply_at: null,
    subject: null,
    matter: null,
    ended_at: null,
    closing_note: null,
    language: null,
    result: null,
    contact: null,
    survey: null,
    position: 1,
    recommended_to: null,
    ...change,
  }
}

export function makeEntry(id: string, change: Partial<Entry> = {}): Entry {
  return {
    conversation_id: id,
    channel: 'widget',
    owner: 'queue',
    owner_version: 1,
    owner_name: null,
    is_closed: false,
    visitor: `访客 ${id}`,
    handover: makeHandover(),
    last_message: { sender: 'user', text: '你好', at: '2026-11-23T02:00:00Z', sequence: 1 },
    last_at: '2026-11-23T02:00:00Z',
    unanswered_since: null,
    tags: [],
    ...change,
  }
}

export function makeMessage(sequence: number, change: Partial<DeskMessage> = {}): DeskMessage {
  return {
    id: `m${sequence}`,
    sequence,
    sender: 'user',
    text: `words ${sequence}`,
    at: '2026-11-23T02:00:00Z',
    author: null,
    author_name: null,
    delivery: null,
    ...change,
  }
}

export function memoryStore(): Store {
  const items = new Map<string, string>()
  return createStore({
    get length() {
      return items.size
    },
    clear: () => items.clear(),
    getItem: (key) => items.get(key) ?? null,
    key: (index) => [...items.keys()][index] ?? null,
    removeItem: (key) => void items.delete(key),
    setItem: (key, value) => void items.set(key, value),
  })
}

const setup: Setup = { teams: [], reasons: {}, results: {}, tags: [], agents: [], subjects: {}, now: '2026-11-23T02:00:00Z' }

export class FakeServer {
  isUp = true
  isSignedIn = true
  losesAnswers = 0
  /** So many calls fail though the stream works. */
  failures = 0
  refusal: ApiError | null = null
  /** What the server says is in the lists, whatever is. */
  claimedCounts: Counts | null = null
  pageLimit = 60
  readonly entries = new Map<string, Entry>()
  readonly messages = new Map<string, DeskMessage[]>()
  readonly sockets: FakeSocket[] = []
  readonly calls: string[] = []

  put(entry: Entry): void {
    this.entries.set(entry.conversation_id, entry)
    this.tell({ type: 'entry', entry })
  }

  /** Stores a message and streams it to whoever follows the conversation. */
  say(id: string, change: Partial<DeskMessage> = {}): DeskMessage {
    const said = this.messages.get(id) ?? []
    const message = makeMessage(said.length + 1, { id: `${id}-${said.length + 1}`, ...change })
    this.messages.set(id, [...said, message])
    const { sender, text, at, sequence } = message
    const entry = this.entries.get(id)
    if (entry) this.put({ ...entry, last_message: { sender, text, at, sequence } })
    for (const socket of this.sockets) socket.tellSaid(id)
    return message
  }

  tell(frame: Frame): void {
    for (const socket of this.sockets) socket.receive(frame)
  }

  cutLines(code = 1006): void {
    for (const socket of [...this.sockets]) socket.end(code)
  }

  openSocket = (): Socket => {
    const socket = new FakeSocket(this)
    this.sockets.push(socket)
    return socket
  }

  get counts(): Counts {
    if (this.claimedCounts) return this.claimedCounts
    const count = (list: ListName): number => fileEntries(list, this.entries.values(), me.username).length
    return { queue: count('queue'), mine: count('mine'), unattended: count('unattended') }
  }

  createApi = (onSignedOut: () => void): DeskApi => {
    const answer = async <T>(name: string, give: () => T): Promise<T> => {
      this.calls.push(name)
      if (!this.isUp) throw new ApiError(0, 'unreachable', '连接不上服务器')
      if (this.failures > 0) {
        this.failures -= 1
        throw new ApiError(503, 'temporarily_unavailable', '系统暂时忙不过来')
      }
      if (!this.isSignedIn) {
        onSignedOut()
        throw new ApiError(401, 'unauthorized', '请重新登录')
      }
      return give()
    }
    const api: Partial<DeskApi> = {
      getMe: () => answer('getMe', () => me),
      getSetup: () => answer('getSetup', () => setup),
      listEntries: (list) => answer(`list ${list}`, () => this.listPage(list)),
      getDetail: (id, { before } = {}) => answer(`detail ${id}`, () => this.detail(id, before)),
      sendMessage: (id, message) => answer(`send ${message.text}`, () => this.receive(id, message)),
    }
    return api as DeskApi
  }

  private listPage(list: ListName): EntryPage {
    return { entries: fileEntries(list, this.entries.values(), me.username), next: null, counts: this.counts }
  }

  private detail(id: string, before = Infinity): Detail {
    const earlier = (this.messages.get(id) ?? []).filter((message) => message.sequence < before)
    const messages = earlier.slice(-this.pageLimit)
    const entry = this.entries.get(id) ?? makeEntry(id)
    const has_earlier = earlier.length > messages.length
    return { entry, messages, has_earlier, summary: null, notes: [], handovers: [], changes: [], delivery: null }
  }

  private receive(id: string, { text, client_message_id }: OutgoingMessage): { message: DeskMessage } {
    if (this.refusal) throw this.refusal
    const known = (this.messages.get(id) ?? []).find((message) => message.client_message_id === client_message_id)
    const own = { sender: 'agent' as const, author: me.username, author_name: me.display_name, client_message_id, text }
    const message = known ?? this.say(id, own)
    if (this.losesAnswers > 0) {
      this.losesAnswers -= 1
      throw new ApiError(0, 'unreachable', '连接不上服务器')
    }
    return { message }
  }
}

export class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null
  onmessage: Socket['onmessage'] = null
  onclose: Socket['onclose'] = null
  readonly sent: { type: string; conversation_id?: string; after?: number; active?: boolean }[] = []
  private isOpen = false
  private readonly followed = new Map<string, number>()

  constructor(private readonly server: FakeServer) {
    setTimeout(() => {
      if (!server.isUp) return this.end(1006)
      if (!server.isSignedIn) return this.end(4401)
      this.isOpen = true
      this.receive({ type: 'hello', counts: server.counts, presence: me.presence })
    }, 10)
  }

  send(data: string): void {
    const frame = JSON.parse(data) as (typeof this.sent)[number]
    this.sent.push(frame)
    const id = frame.conversation_id ?? ''
    if (frame.type === 'ping') this.receive({ type: 'pong' })
    if (frame.type === 'leave') this.followed.delete(id)
    if (frame.type === 'open') {
      this.followed.set(id, frame.after ?? 0)
      this.tellSaid(id)
    }
  }

  tellSaid(id: string): void {
    const after = this.followed.get(id)
    if (after === undefined || !this.isOpen) return
    for (const message of this.server.messages.get(id) ?? []) {
      if (message.sequence <= after) continue
      this.followed.set(id, message.sequence)
      this.receive({ type: 'message', conversation_id: id, message })
    }
  }

  receive(frame: Frame): void {
    if (this.isOpen) this.call(this.onmessage, { data: JSON.stringify(frame) } as MessageEvent)
  }

  /** The line is dead, and nobody says so. */
  fallSilent(): void {
    this.isOpen = false
  }

  close(): void {
    this.end(1000)
  }

  end(code: number): void {
    const index = this.server.sockets.indexOf(this)
    if (index < 0) return
    this.server.sockets.splice(index, 1)
    this.isOpen = false
    this.call(this.onclose, { code } as CloseEvent)
  }

  private call<E extends Event>(handler: ((this: WebSocket, event: E) => unknown) | null, event: E): void {
    handler?.call(this as unknown as WebSocket, event)
  }
}
