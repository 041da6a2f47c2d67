/** Tells the agent what is new: a sound, a notification, the page's title. */

import { shallowReactive } from 'vue'
import type { Entry, Me } from '../api/types'
import { alertTexts, findAlert, type Alert, type AlertContext } from './alerts'
import type { EntryChange } from './entries'
import { ownerOf } from './filing'

export interface NewsPorts extends Omit<AlertContext, 'me'> {
  /** Only one tab of a browser may. */
  maySpeak(): boolean
  playSound(alert: Alert): void
  notify(title: string, text: string, conversationId: string): void
}

export interface NewsState {
  /** Conversations with news that nobody looked at. */
  pending: ReadonlySet<string>
}

export class News {
  readonly state: NewsState = shallowReactive({ pending: new Set<string>() })

  constructor(private readonly ports: NewsPorts) {}

  /** Sounds at most once for all changes that came together; the most pressing decides how. */
  tell(changes: readonly EntryChange[], me: Me): void {
    const found = changes
      .map((change) => ({ entry: change.entry, alert: findAlert(change, { ...this.ports, me }) }))
      .filter((news): news is { entry: Entry; alert: Alert } => news.alert !== null)
    this.settle(changes, me)
    if (found.length === 0) return
    this.state.pending = new Set([...this.state.pending, ...found.map(({ entry }) => entry.conversation_id)])
    if (!this.ports.maySpeak()) return
    const order: Alert[] = ['assigned', 'message', 'waiting']
    const first = order.map((alert) => found.find((news) => news.alert === alert)).find(Boolean)!
    this.ports.playSound(first.alert)
    this.ports.notify(describeNews(first.entry, first.alert), found.length > 1 ? `共有 ${found.length} 条新动态` : '', first.entry.conversation_id)
  }

  /** Somebody looked at these. */
  settleWhere(isSeen: (id: string) => boolean): void {
    const left = [...this.state.pending].filter((id) => !isSeen(id))
    if (left.length < this.state.pending.size) this.state.pending = new Set(left)
  }

  clear(): void {
    this.state.pending = new Set()
  }

  /** What others took, or what was closed, is no news any more. */
  private settle(changes: readonly EntryChange[], me: Me): void {
    const others = changes.filter(({ entry }) => entry.owner !== 'queue' && entry.owner !== ownerOf(me.username))
    const gone = new Set(others.map(({ entry }) => entry.conversation_id))
    this.settleWhere((id) => gone.has(id))
  }
}

function describeNews(entry: Entry, alert: Alert): string {
  return alert === 'message' ? `${entry.visitor} ${alertTexts.message}` : `${alertTexts[alert]}：${entry.visitor}`
}
