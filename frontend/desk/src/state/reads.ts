/** How far each conversation was read on this computer; the tabs share it. */

import { shallowRef } from 'vue'
import type { Entry } from '../api/types'
import type { Store } from './storage'

const key = 'yingshang.desk.read'
const mostKept = 400

export class ReadMarks {
  private marks: Map<string, number>
  private readonly version = shallowRef(0)

  constructor(private readonly store: Store) {
    this.marks = this.load()
  }

  /** True if the user said something after what was read. Of one never opened, if they wait for an answer. */
  isUnread(entry: Entry): boolean {
    void this.version.value
    const mark = this.marks.get(entry.conversation_id)
    if (mark === undefined) return entry.unanswered_since !== null
    return entry.last_message?.sender === 'user' && entry.last_message.sequence > mark
  }

  mark(id: string, sequence: number): void {
    if ((this.marks.get(id) ?? -1) >= sequence) return
    this.marks = this.load() // Another tab may have read others.
    this.marks.delete(id)
    this.marks.set(id, sequence)
    this.store.write(key, [...this.marks].slice(-mostKept))
    this.version.value += 1
  }

  /** Another tab read something. */
  follow(changedKey: string | null): void {
    if (changedKey !== key) return
    this.marks = this.load()
    this.version.value += 1
  }

  private load(): Map<string, number> {
    const stored = this.store.read<[string, number][]>(key)
    return new Map(Array.isArray(stored) ? stored : [])
  }
}
