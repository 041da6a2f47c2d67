/** A server in memory that keeps the contract's promises, and loses what the test tells it to lose. */

import type { ChatApi, OutgoingMessage } from '../src/chat/api'
import { ConversationUnknown, MessageRefused, ServerUnreachable } from '../src/chat/errors'
import type { Socket } from '../src/chat/link'
import type { Credentials, Exchange, Message } from '../src/chat/message'

export class FakeServer implements ChatApi {
  isUp = true
  hasStream = true
  losesAnswers = 0
  owner = 'bot'
  messages: Message[] = []
  received: string[] = []
  conversations = 0
  /** Whether the conversation held here is the official account's chat. */
  isFromWechat = false
  joins = 0
  readonly sockets: FakeSocket[] = []
  private answers = new Map<string, Exchange>()

  async createConversation(): Promise<Credentials> {
    this.mustBeUp()
    this.conversations += 1
    return { conversation_id: `c${this.conversations}`, token: 'secret' }
  }

  async joinWechatConversation(): Promise<Credentials> {
    this.joins += 1
    this.mustBeUp()
    if (!this.isFromWechat) throw new ConversationUnknown()
    return { conversation_id: `c${this.conversations}`, token: 'secret' }
  }

  async fetchFile(credentials: Credentials, path: string): Promise<Blob> {
    this.mustBeUp()
    this.mustKnow(credentials)
    return new Blob([path], { type: 'image/png' })
  }

  async sendMessage(credentials: Credentials, message: OutgoingMessage): Promise<Exchange> {
    this.mustBeUp()
    this.mustKnow(credentials)
    if (message.text.includes('refuse')) throw new MessageRefused('请修改')
    this.received.push(message.text)
    let answer = this.answers.get(message.clientMessageId)
    if (!answer) {
      this.say('user', message.text, message.clientMessageId)
      const messages = this.owner === 'bot' ? [this.say('bot', `answer to ${message.text}`)] : []
      answer = { messages, owner: this.owner }
      this.answers.set(message.clientMessageId, answer)
    }
    if (this.losesAnswers > 0) {
      this.losesAnswers -= 1
      throw new ServerUnreachable('network')
    }
    return answer
  }

  async listMessages(credentials: Credentials, after: number): Promise<Exchange> {
    this.mustBeUp()
    this.mustKnow(credentials)
    const messages = this.messages.filter((message) => message.sequence > after).slice(0, 3)
    return { messages, owner: this.owner }
  }

  /** Streams a frame to whoever listens. */
  tell(frame: object): void {
    for (const socket of this.sockets) socket.receive(frame)
  }

  /** Stores a message and streams it to whoever listens. */
  say(sender: Message['sender'], text: string, clientMessageId?: string): Message {
    const sequence = this.messages.length + 1
    const message: Message = { id: `m${this.conversations}-${sequence}`, sequence, sender, text, at: '2026-11-22T06:05:00Z' }
    if (clientMessageId) message.client_message_id = clientMessageId
    this.messages.push(message)
    this.tell({ type: 'message', message })
    return message
  }

  forgetConversations(): void {
    this.messages = []
    this.answers.clear()
    this.conversations += 1
  }

  openSocket = (): Socket => {
    const socket = new FakeSocket(this)
    this.sockets.push(socket)
    return socket
  }

  cutLines(code = 1006): void {
    for (const socket of [...this.sockets]) socket.end(code)
  }

  private mustBeUp(): void {
    if (!this.isUp) throw new ServerUnreachable('network')
  }

  private mustKnow(credentials: Credentials): void {
    if (credentials.conversation_id !== `c${this.conversations}`) throw new ConversationUnknown()
  }
}

export class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null
  onmessage: Socket['onmessage'] = null
  onclose: Socket['onclose'] = null
  /** What the page told after its hello. */
  readonly told: object[] = []
  private isListening = false

  constructor(private readonly server: FakeServer) {
    setTimeout(() => {
      if (server.isUp && server.hasStream) this.call(this.onopen, new Event('open'))
      else this.end(1006)
    }, 10)
  }

  send(data: string): void {
    const frame = JSON.parse(data) as { type: string; after: number }
    if (frame.type !== 'hello') {
      this.told.push(frame)
      return
    }
    this.isListening = true
    const { after } = frame
    for (const message of this.server.messages) {
      if (message.sequence > after) this.receive({ type: 'message', message })
    }
  }

  receive(frame: object): void {
    if (this.isListening) this.call(this.onmessage, { data: JSON.stringify(frame) } as MessageEvent)
  }

  close(): void {
    this.end(1000)
  }

  end(code: number): void {
    const index = this.server.sockets.indexOf(this)
    if (index < 0) return
    this.server.sockets.splice(index, 1)
    this.isListening = false
    this.call(this.onclose, { code } as CloseEvent)
  }

  private call<E extends Event>(handler: ((this: WebSocket, event: E) => unknown) | null, event: E): void {
    handler?.call(this as unknown as WebSocket, event)
  }
}
