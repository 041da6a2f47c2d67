/** One conversation as the page sees it: joins the session, the transcript, the outbox and the link. */

import { readonly } from 'vue'
import { conversationPath, type ChatApi } from './api'
import { ConversationUnknown, ServerUnreachable } from './errors'
import { Joining } from './joining'
import { Link, type LinkState, type Socket } from './link'
import { isAgent, type Exchange, type Frame, type FrameOf, type Message, type Ownership } from './message'
import { Outbox, type UnsentMessage } from './outbox'
import { payloadName } from './payload'
import { Session } from './session'
import type { ChatStorage } from './storage'
import { Transcript } from './transcript'
import { TypingSign } from './typing'
import { createView, emptyView, readPlace, type ConversationView } from './view'
import { WritingSign } from './writing'

export interface ConversationPorts {
  api: ChatApi
  storage: ChatStorage
  openSocket(path: string): Socket
  hasNetwork(): boolean
  /** It is now known which conversation the official account's chat is, or that there is none; `unsent` was written in another. */
  onJoinSettled(unsent: string[]): void
}

const startedAgainNotice = '之前的对话已经结束，已为您开始新的对话。'
const notJoinedNotice = '未能接上公众号里的对话，已为您新开一个会话。'

export class Conversation {
  private readonly state = createView()
  readonly view = readonly(this.state) as Readonly<ConversationView>
  private transcript = new Transcript()
  private isFillingGap = false
  private restarts = 0
  private readonly typing = new TypingSign((typist) => (this.state.typist = typist))
  private readonly writing: WritingSign
  private readonly session: Session
  private readonly joining: Joining
  private readonly outbox: Outbox
  private readonly link: Link

  constructor(private readonly ports: ConversationPorts) {
    this.session = new Session(
      ports.api,
      ports.storage,
      () => this.onBegun(),
      () => this.onNotJoined(),
    )
    this.joining = new Joining(this.session, ports.storage, (reason) => {
      this.state.link = reason === 'network' ? 'offline' : 'connecting'
    })
    this.outbox = new Outbox({
      deliver: (item) => this.deliver(item),
      save: (item) => ports.storage.saveUnsent(item),
      remove: (clientMessageId) => ports.storage.removeUnsent(clientMessageId),
      changed: (items, isDelivering) => {
        this.state.unsent = [...items]
        this.typing.setWaiting(isDelivering && this.state.owner === 'bot' && this.state.link !== 'offline')
      },
    })
    this.link = new Link({
      openSocket: () => ports.openSocket(`${conversationPath(this.session.credentials!.conversation_id)}/stream`),
      hello: () => ({ type: 'hello', token: this.session.credentials!.token, after: this.transcript.cursor }),
      onFrame: (frame) => this.onFrame(frame),
      onState: (link) => this.onLinkState(link),
      poll: () => this.catchUp(),
      onLost: () => this.startAgain(),
      hasNetwork: () => ports.hasNetwork(),
    })
    this.writing = new WritingSign(
      () => isAgent(this.state.owner),
      (active) => this.link.tell({ type: 'typing', active }),
    )
    this.showNetwork()
  }

  /** Continue where an earlier visit stopped. */
  async open(): Promise<void> {
    this.state.unsent = this.ports.storage.listUnsent()
    if (this.session.restore()) {
      this.state.isLoading = true
      await this.catchUp().catch((failure: unknown) => {
        if (failure instanceof ConversationUnknown) this.startAgain()
      })
      this.state.isLoading = false
      if (this.session.credentials) this.link.start()
    }
    // Read again: what the server already has was dropped from storage while catching up.
    this.outbox.restore(this.ports.storage.listUnsent())
  }

  /** Continue the official account's chat; until the server says which conversation that is, what is written waits. */
  async openFromWechat(): Promise<void> {
    this.state.isLoading = true
    this.state.link = this.ports.hasNetwork() ? 'connecting' : 'offline'
    await this.joining.start()
  }

  send(text: string, payload?: string): void {
    this.state.notice = null
    if (payloadName(payload) !== 'rate') this.state.isClosed = false
    this.writing.stop()
    this.outbox.add(text, payload)
  }

  /** Call when the user changes what is in the input; `text` is what it holds now. */
  onWritten(text: string): void {
    this.writing.onWritten(text)
  }

  retryNow(): void {
    this.outbox.wake()
    if (this.session.isJoining) void this.joining.tryNow()
    else if (this.state.link !== 'online') this.link.reconnect()
  }

  takeBack(clientMessageId: string): void {
    this.outbox.drop(clientMessageId)
  }

  dismissNotice(): void {
    this.state.notice = null
  }

  /** Leave this conversation, unsent messages included; the next message begins another. */
  beginNew(): void {
    this.outbox.clear()
    this.leave()
    this.settleJoining(null)
  }

  /** Fetch a file that came with a message. Rejects with an error of `errors.ts`. */
  async fetchFile(path: string): Promise<Blob> {
    if (!this.session.credentials) throw new ConversationUnknown()
    return this.ports.api.fetchFile(this.session.credentials, path)
  }

  /** Call when the network comes or goes, or the page wakes up. */
  onNetworkChanged(): void {
    if (this.session.isJoining) void this.joining.tryNow()
    else if (!this.session.credentials) this.showNetwork()
    this.link.reconnect()
    if (this.ports.hasNetwork()) this.outbox.wake()
  }

  /** Call when another tab of this browser began or left a conversation. */
  async onStoredElsewhere(): Promise<void> {
    if (!this.session.isStoredElsewhere()) return
    this.leave()
    await this.open()
  }

  private async deliver(item: UnsentMessage): Promise<void> {
    const credentials = await this.session.ensure().catch((failure: unknown) => this.onNotBegun(failure))
    try {
      const exchange = await this.ports.api.sendMessage(credentials, item)
      if (credentials !== this.session.credentials) return
      this.show(() => {
        this.transcript.keepSent(item, new Date().toISOString(), exchange.messages)
        return this.transcript.merge(exchange.messages)
      })
      this.takeOwner(exchange)
      this.restarts = 0
      this.link.lookNow()
    } catch (failure) {
      if (!(failure instanceof ConversationUnknown)) throw failure
      if (credentials === this.session.credentials) this.startAgain()
      this.restarts += 1
      // The outbox comes back with the same message: at once the first time, then with patience.
      throw new ServerUnreachable('busy', this.restarts === 1 ? 0 : null)
    }
  }

  /** Fetch everything after the cursor, page by page. */
  private async catchUp(): Promise<void> {
    const credentials = this.session.credentials
    for (let before = -1; credentials && before < this.transcript.cursor; ) {
      before = this.transcript.cursor
      const exchange = await this.ports.api.listMessages(credentials, before)
      if (credentials !== this.session.credentials) return
      this.show(() => this.transcript.mergeOrdered(exchange.messages))
      this.takeOwner(exchange)
    }
  }

  private onFrame(frame: Frame): void {
    if (frame.type === 'message') this.onStreamed(frame.message)
    else if (frame.type === 'typing') this.onTyping(frame)
    else if (frame.type === 'owner') this.setOwner(frame)
    else if (frame.type === 'queue') this.state.queue = readPlace(frame)
  }

  /** Older servers do not say who. */
  private onTyping({ active, who }: FrameOf<'typing'>): void {
    const typist = who ?? (isAgent(this.state.owner) ? 'agent' : 'bot')
    this.typing.setAnnounced(active ? typist : null)
  }

  private onStreamed(message: Message): void {
    const hasGap = this.transcript.hasGapBefore(message.sequence)
    this.show(() => (hasGap ? this.transcript.merge([message]) : this.transcript.mergeOrdered([message])))
    if (hasGap && !this.isFillingGap) void this.fillGap()
  }

  private async fillGap(): Promise<void> {
    this.isFillingGap = true
    await this.catchUp().catch(() => undefined)
    this.isFillingGap = false
  }

  /** Change the transcript, then bring everything that depends on it into line. */
  private show(change: () => Message[]): void {
    for (const message of change()) {
      if (message.client_message_id) this.outbox.drop(message.client_message_id)
      if (message.sender === 'bot' || message.sender === 'agent') this.typing.setAnnounced(null)
    }
    this.state.messages = this.transcript.messages
  }

  /** The answer to a request may be older than what the stream has said meanwhile. */
  private takeOwner(exchange: Exchange): void {
    if (exchange.owner && !this.link.isLive) this.setOwner({ ...exchange, owner: exchange.owner })
  }

  private setOwner({ owner, agent_name, is_closed }: Ownership): void {
    const isSame = owner === this.state.owner
    const knownName = isSame ? this.state.agentName : null
    this.state.owner = owner
    this.state.agentName = isAgent(owner) ? (agent_name ?? knownName) : null
    this.state.isClosed = is_closed ?? (isSame && this.state.isClosed)
    if (owner !== 'queue') this.state.queue = null
    if (owner !== 'bot') this.typing.setWaiting(false)
    if (isSame) return
    this.typing.setAnnounced(null)
    this.writing.stop()
  }

  private onLinkState(link: LinkState): void {
    const isBack = link === 'online' && this.state.link !== 'online'
    this.state.link = link
    if (isBack) this.outbox.wake()
  }

  /** Without a conversation there is no link that would notice a dead line. */
  private onNotBegun(failure: unknown): never {
    if (failure instanceof ServerUnreachable && failure.reason === 'network') this.state.link = 'offline'
    throw failure
  }

  private onBegun(): void {
    this.link.start()
    if (!this.settleJoining(this.session.credentials!.conversation_id)) return
    this.outbox.restore(this.ports.storage.listUnsent())
    // A failure is the link's to notice: it looks for the same messages.
    void this.catchUp()
      .catch(() => undefined)
      .then(() => (this.state.isLoading = false))
  }

  private onNotJoined(): void {
    this.settleJoining(null)
    this.state.isLoading = false
    this.state.notice = notJoinedNotice
    this.showNetwork()
  }

  /** Returns whether there was something to settle. */
  private settleJoining(joinedId: string | null): boolean {
    const unsent = this.joining.settle(joinedId)
    if (unsent) this.ports.onJoinSettled(unsent)
    return unsent !== null
  }

  private showNetwork(): void {
    this.state.link = this.ports.hasNetwork() ? 'online' : 'offline'
  }

  private startAgain(): void {
    this.leave()
    this.state.notice = startedAgainNotice
    this.outbox.wake()
  }

  private leave(): void {
    this.link.stop()
    this.session.forget()
    this.transcript = new Transcript()
    this.typing.clear()
    this.writing.stop()
    this.state.isLoading = false
    Object.assign(this.state, emptyView())
    this.showNetwork()
  }
}
