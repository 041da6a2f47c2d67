/** What an agent is writing, for each conversation; a reload does not lose it. */

import type { PassageLink } from '../api/types'
import type { Store } from './storage'

export interface Draft {
  text: string
  passages: PassageLink[]
}

const prefix = 'yingshang.desk.draft.'

export class Drafts {
  constructor(private readonly store: Store) {}

  read(username: string, conversationId: string): Draft {
    return this.store.read<Draft>(this.key(username, conversationId)) ?? { text: '', passages: [] }
  }

  save(username: string, conversationId: string, draft: Draft): void {
    const isEmpty = draft.text === '' && draft.passages.length === 0
    this.store.write(this.key(username, conversationId), isEmpty ? null : draft)
  }

  private key(username: string, conversationId: string): string {
    return `${prefix}${username}.${conversationId}`
  }
}
