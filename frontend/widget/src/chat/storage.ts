/** What survives a reload: the conversation's key, messages not yet sent, the draft. Never what was said. */

import type { Credentials } from './message'
import type { UnsentMessage } from './outbox'

const conversationKey = 'yingshang.conversation'
const draftKey = 'yingshang.draft'
const unsentPrefix = 'yingshang.unsent.'

export class ChatStorage {
  constructor(private readonly storage: Storage) {}

  findConversation(): Credentials | null {
    const stored = this.read<Credentials>(conversationKey)
    return stored?.conversation_id && stored.token ? stored : null
  }

  saveConversation(credentials: Credentials): void {
    this.write(conversationKey, credentials)
  }

  forgetConversation(conversationId: string): void {
    // Another tab may already have begun the next one.
    if (this.findConversation()?.conversation_id === conversationId) this.remove(conversationKey)
  }

  forgetAnyConversation(): void {
    this.remove(conversationKey)
  }

  /** One key for each message, so that two tabs cannot overwrite each other's. Oldest first. */
  listUnsent(): UnsentMessage[] {
    const keys = Array.from({ length: this.storage.length }, (_, index) => this.storage.key(index) ?? '')
    return keys
      .filter((key) => key.startsWith(unsentPrefix))
      .map((key) => this.read<UnsentMessage>(key))
      .filter((item): item is UnsentMessage => typeof item?.clientMessageId === 'string')
      .sort((a, b) => a.order - b.order)
  }

  saveUnsent(item: UnsentMessage): void {
    this.write(unsentPrefix + item.clientMessageId, item)
  }

  removeUnsent(clientMessageId: string): void {
    this.remove(unsentPrefix + clientMessageId)
  }

  readDraft(): string {
    return this.read<string>(draftKey) ?? ''
  }

  saveDraft(text: string): void {
    if (text === '') this.remove(draftKey)
    else this.write(draftKey, text)
  }

  isConversationKey(key: string | null): boolean {
    return key === conversationKey
  }

  private read<T>(key: string): T | null {
    try {
      return JSON.parse(this.storage.getItem(key) ?? 'null') as T | null
    } catch {
      return null
    }
  }

  private write(key: string, value: unknown): void {
    try {
      this.storage.setItem(key, JSON.stringify(value))
    } catch {
      // Full or forbidden: the page goes on, only a reload would forget.
    }
  }

  private remove(key: string): void {
    this.storage.removeItem(key)
  }
}

/** Returns localStorage, or a stand-in for this visit where a browser forbids it (some embedded pages). */
export function openStorage(): Storage {
  try {
    const probe = 'yingshang.probe'
    localStorage.setItem(probe, '1')
    localStorage.removeItem(probe)
    return localStorage
  } catch {
    return new MemoryStorage()
  }
}

export class MemoryStorage implements Storage {
  private readonly items = new Map<string, string>()

  get length(): number {
    return this.items.size
  }
  clear(): void {
    this.items.clear()
  }
  getItem(key: string): string | null {
    return this.items.get(key) ?? null
  }
  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null
  }
  removeItem(key: string): void {
    this.items.delete(key)
  }
  setItem(key: string, value: string): void {
    this.items.set(key, value)
  }
}
