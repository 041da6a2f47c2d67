/** Which conversation this page is in: begun by the first message, kept over reloads, shared by the tabs of a browser. */

import type { ChatApi } from './api'
import type { Credentials } from './message'
import type { ChatStorage } from './storage'

export class Session {
  /** Another object means another conversation: compare it to notice answers that come too late. */
  credentials: Credentials | null = null
  private beginning: Promise<Credentials> | null = null

  constructor(
    private readonly api: ChatApi,
    private readonly storage: ChatStorage,
    private readonly onBegun: () => void,
  ) {}

  restore(): Credentials | null {
    this.credentials = this.storage.findConversation()
    return this.credentials
  }

  /** Returns the conversation, begun now if there is none; two callers get the same one. */
  async ensure(): Promise<Credentials> {
    if (this.credentials) return this.credentials
    this.beginning ??= this.begin().finally(() => (this.beginning = null))
    return this.beginning
  }

  /** Leave the conversation; the stored one stays if another tab has already begun the next. */
  forget(): void {
    if (this.credentials) this.storage.forgetConversation(this.credentials.conversation_id)
    this.credentials = null
  }

  isStoredElsewhere(): boolean {
    return this.storage.findConversation()?.conversation_id !== this.credentials?.conversation_id
  }

  private async begin(): Promise<Credentials> {
    const credentials = this.storage.findConversation() ?? (await this.api.createConversation())
    this.credentials = credentials
    this.storage.saveConversation(credentials)
    this.onBegun()
    return credentials
  }
}
