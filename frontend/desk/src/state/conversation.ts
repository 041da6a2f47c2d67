/** One conversation as the page shows it: what was said, what is being sent, and everything known beside it, kept live. */

import { shallowReactive } from 'vue'
import type { DeskApi } from '../api/client'
import { describeFailure, isPassing } from '../api/errors'
import type { ClientFrame, DeskMessage, Detail, Entry, Frame, Note } from '../api/types'
import type { Outbox, UnsentMessage } from './outbox'
import { Transcript } from './transcript'
import { TypingSign } from './typing'

export interface ConversationView {
  phase: 'loading' | 'ready' | 'failed'
  /** Chinese; why it could not be loaded. */
  failure: string
  messages: readonly DeskMessage[]
  unsent: readonly UnsentMessage[]
  hasEarlier: boolean
  isLoadingEarlier: boolean
  isUserTyping: boolean
  isBotTyping: boolean
  /** Everything beside the messages. Its `entry` and `messages` are of the time it was loaded: the live ones are elsewhere. */
  detail: Detail | null
}

export interface ConversationPorts {
  api: Pick<DeskApi, 'getDetail'>
  outbox: Pick<Outbox, 'list' | 'drop'>
  send(frame: ClientFrame): boolean
  onEntry(entry: Entry): void
}

export class Conversation {
  private readonly transcript = new Transcript()
  private reloading: Promise<boolean> | null = null
  private isReloadWanted = false
  private askedAfter = -1
  readonly view: ConversationView = shallowReactive({
    phase: 'loading',
    failure: '',
    messages: [],
    unsent: [],
    hasEarlier: false,
    isLoadingEarlier: false,
    isUserTyping: false,
    isBotTyping: false,
    detail: null,
  })
  private readonly userSign = new TypingSign((isTyping) => (this.view.isUserTyping = isTyping))
  private readonly botSign = new TypingSign((isTyping) => (this.view.isBotTyping = isTyping))

  constructor(
    readonly id: string,
    private readonly ports: ConversationPorts,
  ) {
    this.view.unsent = ports.outbox.list(id)
  }

  /**
   * Load what is known now; then follow. Also after a lost line: what was said meanwhile comes by the stream, in order.
   * Returns false if it failed and should be tried again.
   */
  async open(): Promise<boolean> {
    const isDone = await this.reload()
    if (this.view.phase === 'ready') this.follow()
    return isDone
  }

  /** Ask the stream for everything after what we have. */
  follow(): void {
    this.ports.send({ type: 'open', conversation_id: this.id, after: this.transcript.cursor })
  }

  leave(): void {
    this.ports.send({ type: 'leave', conversation_id: this.id })
  }

  /** Load what stands beside the messages, and how the newest were delivered. Calls that overlap become one more. */
  reload(): Promise<boolean> {
    if (this.reloading) this.isReloadWanted = true
    this.reloading ??= this.loadDetail().finally(() => {
      this.reloading = null
      if (!this.isReloadWanted) return
      this.isReloadWanted = false
      void this.reload()
    })
    return this.reloading
  }

  async loadEarlier(): Promise<void> {
    if (this.view.isLoadingEarlier || !this.view.hasEarlier) return
    this.view.isLoadingEarlier = true
    try {
      const { messages, has_earlier } = await this.ports.api.getDetail(this.id, { before: this.transcript.first })
      this.transcript.merge(messages)
      this.view.hasEarlier = has_earlier
      this.show()
    } catch {
      // Scrolling up again asks again.
    } finally {
      this.view.isLoadingEarlier = false
    }
  }

  receive(frame: Frame): void {
    if (frame.type === 'message') this.onMessage(frame.message)
    else if (frame.type === 'note') this.addNote(frame.note)
    else if (frame.type === 'delivery') {
      this.transcript.setDelivery(frame.message_id, frame.delivery)
      this.show()
    } else if (frame.type === 'typing') {
      if (frame.who === 'user') this.userSign.set(frame.active)
      else if (frame.who === 'bot') this.botSign.set(frame.active)
    }
  }

  /** The server took a message of ours. */
  keepSent(message: DeskMessage): void {
    this.transcript.merge([message])
    this.show()
  }

  showUnsent(): void {
    this.view.unsent = this.ports.outbox.list(this.id).filter((item) => !this.transcript.has(item.client_message_id))
  }

  private async loadDetail(): Promise<boolean> {
    try {
      this.keepDetail(await this.ports.api.getDetail(this.id))
      return true
    } catch (failure) {
      // What is shown already stays.
      if (this.view.phase !== 'ready') Object.assign(this.view, { phase: 'failed', failure: describeFailure(failure) })
      return !isPassing(failure)
    }
  }

  private keepDetail(detail: Detail): void {
    const isFirst = this.view.phase !== 'ready'
    // Later pages may begin above what we have: only the stream then fills what lies between.
    if (isFirst) this.transcript.mergeOrdered(detail.messages)
    else this.transcript.merge(detail.messages)
    if (isFirst) this.view.hasEarlier = detail.has_earlier
    this.view.phase = 'ready'
    this.view.detail = detail
    this.ports.onEntry(detail.entry)
    this.dropTaken(detail.messages)
    this.show()
  }

  private onMessage(message: DeskMessage): void {
    const { cursor } = this.transcript
    if (message.sequence > cursor + 1 && cursor > 0) {
      this.transcript.merge([message])
      if (this.askedAfter !== cursor) this.follow()
      this.askedAfter = cursor
    } else this.transcript.mergeOrdered([message])
    if (message.sender === 'user') this.userSign.set(false)
    if (message.sender === 'bot') this.botSign.set(false)
    this.dropTaken([message])
    this.show()
  }

  private addNote(note: Note): void {
    const { detail } = this.view
    if (!detail || detail.notes.some((known) => known.id === note.id)) return
    this.view.detail = { ...detail, notes: [...detail.notes, note] }
  }

  private dropTaken(messages: readonly DeskMessage[]): void {
    for (const message of messages) {
      if (message.sender === 'agent' && message.client_message_id) this.ports.outbox.drop(message.client_message_id)
    }
  }

  private show(): void {
    this.view.messages = this.transcript.messages
    this.showUnsent()
  }
}
