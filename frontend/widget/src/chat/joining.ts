/** Asks for the conversation of the official account's chat until the server says which it is, or that there is none. */

import { backoffMs } from './backoff'
import { ServerUnreachable } from './errors'
import type { UnsentMessage } from './outbox'
import type { Session } from './session'
import type { ChatStorage } from './storage'

/** What this browser held before: the conversation it was in, and what it could not send there. */
interface Earlier {
  conversationId: string | undefined
  unsent: UnsentMessage[]
}

export class Joining {
  private earlier: Earlier | null = null
  private attempt = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly session: Session,
    private readonly storage: ChatStorage,
    private readonly onWaiting: (reason: ServerUnreachable['reason']) => void,
  ) {}

  async start(): Promise<void> {
    this.earlier = {
      conversationId: this.storage.findConversation()?.conversation_id,
      unsent: this.storage.listUnsent(),
    }
    this.session.beginJoining()
    await this.tryNow()
  }

  async tryNow(): Promise<void> {
    clearTimeout(this.timer)
    if (!this.session.isJoining) return
    try {
      await this.session.ensure()
    } catch (failure) {
      if (this.session.isJoining) this.tryLater(failure as ServerUnreachable)
    }
  }

  /**
   * End the asking; `joinedId` is the conversation found, null for none.
   *
   * Returns the texts that were not sent in another conversation: they are no longer waiting, and whoever wrote them should
   * decide whether they belong here. Null if nothing was being asked.
   */
  settle(joinedId: string | null): string[] | null {
    clearTimeout(this.timer)
    const earlier = this.earlier
    this.earlier = null
    if (!earlier) return null
    if (joinedId !== null && earlier.conversationId === joinedId) return []
    for (const item of earlier.unsent) this.storage.removeUnsent(item.clientMessageId)
    return earlier.unsent.map((item) => item.text)
  }

  private tryLater(failure: ServerUnreachable): void {
    this.attempt += 1
    this.onWaiting(failure.reason)
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.tryNow(), failure.retryAfterMs ?? backoffMs(this.attempt))
  }
}
