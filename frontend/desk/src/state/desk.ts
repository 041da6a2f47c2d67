/** The desk behind the page: joins the session, the lists, the open conversations, the outbox and the stream. */

import { shallowReactive } from 'vue'
import type { DeskApi } from '../api/client'
import type { Counts, Entry, Frame, Me, PassageLink } from '../api/types'
import { backoffMs } from './backoff'
import { Chats } from './chats'
import { Drafts } from './drafts'
import { EntryBook, type EntryChange } from './entries'
import { Lists } from './lists'
import { News, type NewsPorts } from './news'
import { Outbox, type UnsentMessage } from './outbox'
import { ReadMarks } from './reads'
import { Session } from './session'
import type { Store } from './storage'
import { Stream, type LinkState, type Socket } from './stream'

export interface DeskPorts extends Omit<NewsPorts, 'isInView' | 'isOwnDoing'> {
  /** Makes the calls; told what to do when one of them finds the session ended. */
  createApi(onSignedOut: () => void): DeskApi
  localStore: Store
  tabStore: Store
  openSocket(): Socket
  hasNetwork(): boolean
  /** True while the agent can see the page. */
  isPageInView(): boolean
  /** A conversation was opened, from wherever: bring it into sight. */
  onOpened(id: string): void
  schedule(run: () => void): void
}

const userKey = 'yingshang.desk.user'
/** So long an assignment is taken for the effect of our own click. */
const ownDoingMs = 8_000
/** So long lists and counts may differ: they do not come in one frame. */
const countPatienceMs = 2_000

export class Desk {
  readonly api: DeskApi
  readonly session: Session
  readonly book: EntryBook
  readonly lists: Lists
  readonly chats: Chats
  readonly outbox: Outbox
  readonly reads: ReadMarks
  readonly drafts: Drafts
  readonly news: News
  readonly link = shallowReactive<{ state: LinkState }>({ state: 'connecting' })
  /** Server time minus ours, so that waiting times are right on a computer whose clock is not. */
  clockSkewMs = 0
  private countTimer: ReturnType<typeof setTimeout> | undefined
  private settledDifference = '0 0'
  private syncTimer: ReturnType<typeof setTimeout> | undefined
  private syncAttempt = 0
  private readonly stream: Stream
  private readonly doings = new Map<string, number>()

  constructor(private readonly ports: DeskPorts) {
    this.api = ports.createApi(() => this.session.expire())
    this.session = new Session({
      api: this.api,
      onReady: (me) => this.onReady(me),
      onSetup: (setup) => this.setClock(setup.now),
      onEnded: () => this.onEnded(),
    })
    this.book = new EntryBook({
      username: () => this.session.state.me?.username ?? '',
      schedule: (run) => ports.schedule(run),
      onChanged: (changes) => this.onEntriesChanged(changes),
    })
    this.lists = new Lists(this.api, this.book)
    this.outbox = new Outbox({
      store: ports.tabStore,
      deliver: (item) => this.deliver(item),
      changed: (id) => this.chats.find(id)?.showUnsent(),
    })
    this.chats = new Chats({
      api: this.api,
      outbox: this.outbox,
      send: (frame) => this.stream.send(frame),
      onEntry: (entry) => this.book.merge([entry]),
    })
    this.reads = new ReadMarks(ports.localStore)
    this.drafts = new Drafts(ports.tabStore)
    this.news = new News({
      ...ports,
      isInView: (id) => this.isInView(id),
      isOwnDoing: (id) => (this.doings.get(id) ?? 0) > Date.now(),
    })
    this.stream = new Stream({
      openSocket: () => ports.openSocket(),
      onHello: (frame) => this.onHello(frame),
      onFrame: (frame) => this.onFrame(frame),
      onState: (state) => this.onLink(state),
      onSignedOut: () => this.session.expire(),
      hasNetwork: () => ports.hasNetwork(),
    })
  }

  get now(): Date {
    return new Date(Date.now() + this.clockSkewMs)
  }

  openConversation(id: string): void {
    this.chats.open(id)
    this.ports.onOpened(id)
    this.markRead()
  }

  send(conversationId: string, text: string, passages: readonly PassageLink[]): void {
    const { me } = this.session.state
    if (me) this.outbox.add(me.username, conversationId, text, passages.map((passage) => passage.row_id))
  }

  sendTyping(conversationId: string, isActive: boolean): void {
    this.stream.send({ type: 'typing', conversation_id: conversationId, active: isActive })
  }

  /** Run a call that changes who has a conversation. Its entry is filed; on failure the truth is fetched, and the error passed on. */
  async change(id: string, call: (api: DeskApi) => Promise<{ entry: Entry }>): Promise<Entry> {
    this.doings.set(id, Date.now() + ownDoingMs)
    try {
      const { entry } = await call(this.api)
      this.book.merge([entry])
      return entry
    } finally {
      void this.chats.find(id)?.reload()
    }
  }

  /** The agent sees the page: nothing in the open conversation is new any more, nor who waits in a queue that is shown. */
  markRead(): void {
    if (!this.ports.isPageInView()) return
    if (this.lists.state.selected === 'queue') this.news.settleWhere((pending) => this.book.find(pending)?.owner === 'queue')
    const id = this.chats.state.openId
    if (id === null) return
    this.news.settleWhere((pending) => pending === id)
    const last = this.chats.current?.view.messages.at(-1)?.sequence ?? this.book.find(id)?.last_message?.sequence
    if (last !== undefined) this.reads.mark(id, last)
  }

  /** Call when the network comes or goes, or the page wakes up. */
  reconnect(): void {
    this.stream.reconnect()
    if (this.ports.hasNetwork()) this.outbox.wake()
  }

  /** Call when another tab stored something. Returns true if somebody else signed in there. */
  onStoredElsewhere(key: string | null): boolean {
    this.reads.follow(key)
    const { me } = this.session.state
    return key === userKey && me !== null && this.ports.localStore.read<string>(userKey) !== me.username
  }

  private onReady(me: Me): void {
    this.ports.localStore.write(userKey, me.username)
    if (!me.permissions.includes('read')) return
    this.outbox.restore(me.username)
    this.stream.start()
  }

  private onEnded(): void {
    clearTimeout(this.countTimer)
    clearTimeout(this.syncTimer)
    this.stream.stop()
    this.outbox.pause()
    this.chats.clear()
    this.book.clear()
    this.lists.forget()
    this.news.clear()
  }

  private onHello(frame: Extract<Frame, { type: 'hello' }>): void {
    if (frame.now) this.setClock(frame.now)
    this.lists.state.counts = frame.counts
    this.session.showPresence(frame.presence)
    this.syncAttempt = 0
    void this.sync()
    this.outbox.wake()
  }

  private async sync(): Promise<void> {
    clearTimeout(this.syncTimer)
    const done = await Promise.all([this.lists.sync(this.chats.openIds), this.chats.resume()])
    if (done.every(Boolean) || this.link.state !== 'online') return
    this.syncAttempt += 1
    clearTimeout(this.syncTimer)
    this.syncTimer = setTimeout(() => void this.sync(), backoffMs(this.syncAttempt))
  }

  private onFrame(frame: Frame): void {
    if (frame.type === 'entry') this.book.receive(frame.entry)
    else if (frame.type === 'counts') this.onCounts(frame.counts)
    else if (frame.type === 'presence') {
      if (frame.username === this.session.state.me?.username) this.session.showPresence(frame.presence)
    } else if (frame.type === 'message' || frame.type === 'delivery' || frame.type === 'typing' || frame.type === 'note') {
      this.chats.receive(frame)
      if (frame.type === 'message' && this.isInView(frame.conversation_id)) this.markRead()
    }
  }

  /** What left our teams is not told by an entry: then the counts say less than our lists show. */
  private onCounts(counts: Counts): void {
    this.lists.state.counts = counts
    clearTimeout(this.countTimer)
    this.countTimer = setTimeout(() => void this.compareCounts(), countPatienceMs)
  }

  private async compareCounts(): Promise<void> {
    const difference = this.differenceFromCounts()
    if (difference === this.settledDifference) return
    await this.lists.sync(this.chats.openIds)
    // What is left after a fresh look is the server's way of counting, not news.
    this.settledDifference = this.differenceFromCounts()
  }

  private differenceFromCounts(): string {
    const { counts } = this.lists.state
    return `${this.book.lists.queue.value.length - counts.queue} ${this.book.lists.mine.value.length - counts.mine}`
  }

  private onEntriesChanged(changes: EntryChange[]): void {
    const { me } = this.session.state
    if (me) this.news.tell(changes, me)
    this.markRead()
    for (const { entry, previous } of changes) {
      const [before, after] = [previous?.handover, entry.handover]
      const isPassedOn = previous?.owner_version !== entry.owner_version || before?.id !== after?.id || before?.status !== after?.status
      if (isPassedOn || before?.survey?.score !== after?.survey?.score) void this.chats.find(entry.conversation_id)?.reload()
    }
  }

  private setClock(now: string): void {
    this.clockSkewMs = Date.parse(now) - Date.now() || 0
  }

  private onLink(state: LinkState): void {
    this.link.state = state
  }

  private async deliver(item: UnsentMessage): Promise<void> {
    const { message } = await this.api.sendMessage(item.conversation_id, {
      text: item.text,
      client_message_id: item.client_message_id,
      passages: item.passages,
    })
    // The server answers again: no reason to go on waiting for the stream.
    if (this.link.state === 'offline') this.stream.reconnect()
    this.chats.find(item.conversation_id)?.keepSent(message)
  }

  private isInView(id: string): boolean {
    return this.chats.state.openId === id && this.ports.isPageInView()
  }
}
