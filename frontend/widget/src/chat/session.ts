/** Which conversation this page is in: begun by the first message, kept over reloads, shared by the tabs of a browser. */

import type { ChatApi } from './api'
import { ServerUnreachable } from './errors'
import type { Credentials } from './message'
import type { ChatStorage } from './storage'

export class Session {
  /** Another object means another conversation: compare it to notice answers that come too late. */
  credentials: Credentials | null = null
  /** True while the conversation to be in is the one of the official account's chat, and the server has not said yet which. */
  isJoining = false
  private beginning: Promise<Credentials> | null = null

  constructor(
    private readonly api: ChatApi,
    private readonly storage: ChatStorage,
    private readonly onBegun: () => void,
    private readonly onNotJoined: () => void,
  ) {}

  restore(): Credentials | null {
    this.credentials = this.storage.findConversation()
    return this.credentials
  }

  /** From now on the conversation to be in is the one of the official account's chat, instead of any stored one. */
  beginJoining(): void {
    this.isJoining = true
  }

  /** Returns the conversation, begun now if there is none; two callers get the same one. Rejects with ServerUnreachable. */
  async ensure(): Promise<Credentials> {
    if (this.credentials) return this.credentials
    this.beginning ??= this.begin().finally(() => (this.beginning = null))
    return this.beginning
  }

  /** Leave the conversation; the stored one stays if another tab has already begun the next. */
  forget(): void {
    if (this.credentials) this.storage.forgetConversation(this.credentials.conversation_id)
    if (this.isJoining) this.storage.forgetAnyConversation()
    this.credentials = null
    this.isJoining = false
  }

  isStoredElsewhere(): boolean {
    return !this.isJoining && this.storage.findConversation()?.conversation_id !== this.credentials?.conversation_id
  }

  private async begin(): Promise<Credentials> {
    const credentials = this.isJoining
      ? await this.join()
      : (this.storage.findConversation() ?? (await this.api.createConversation()))
    this.credentials = credentials
    this.storage.saveConversation(credentials)
    this.onBegun()
    return credentials
  }

  private async join(): Promise<Credentials> {
    const joined = await this.api.joinWechatConversation().catch((failure: unknown) => {
      if (failure instanceof ServerUnreachable) throw failure
      return null
    })
    // Left meanwhile, or there is none: whoever waits for a conversation may ask for another one at once.
    if (!this.isJoining) throw new ServerUnreachable('busy', 0)
    this.isJoining = false
    if (joined) return joined
    this.storage.forgetAnyConversation()
    this.onNotJoined()
    throw new ServerUnreachable('busy', 0)
  }
}
