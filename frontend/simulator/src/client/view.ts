/** What the page shows, and how each event of the stream changes it. Pure. */

import type { Bubble, LogEntry, State, StreamEvent } from './model'

export interface View extends State {
  log: LogEntry[]
  isTyping: boolean
}

export const logLimit = 300

/** Returns the view of a state just read. The log goes on: it belongs to all users. */
export function viewOf(state: State, log: LogEntry[] = []): View {
  return { ...state, bubbles: [...state.bubbles].sort((a, b) => a.id - b.id), log, isTyping: false }
}

/** Returns the view after the event. A bubble from the account ends its typing. */
export function applyEvent(view: View, event: StreamEvent): View {
  switch (event.type) {
    case 'bubble': {
      const isTyping = event.data.sender === 'user' && view.isTyping
      return { ...view, bubbles: putBubble(view.bubbles, event.data), isTyping }
    }
    case 'typing':
      return { ...view, isTyping: event.data.active }
    case 'quota':
      return { ...view, quota: event.data }
    case 'log':
      return { ...view, log: appendLog(view.log, [event.data]) }
  }
}

/** Returns the bubbles by id, each once; the newest version of a bubble wins. */
export function putBubble(bubbles: Bubble[], bubble: Bubble): Bubble[] {
  const last = bubbles[bubbles.length - 1]
  if (!last || last.id < bubble.id) return [...bubbles, bubble]
  const others = bubbles.filter((other) => other.id !== bubble.id)
  const place = others.findIndex((other) => other.id > bubble.id)
  others.splice(place < 0 ? others.length : place, 0, bubble)
  return others
}

/** Returns the last `logLimit` entries, oldest first; an entry that is there already is replaced. */
export function appendLog(log: LogEntry[], entries: LogEntry[]): LogEntry[] {
  const fresh = new Set(entries.map((entry) => entry.id))
  const all = [...log.filter((entry) => !fresh.has(entry.id)), ...entries]
  return all.sort((a, b) => a.id - b.id).slice(-logLimit)
}

/** True if the entry tells of a call that changed what no event of the stream tells: the menu, or faults used up. */
export function needsReload(view: View, entry: LogEntry): boolean {
  if (entry.kind !== 'api') return false
  const { api_errors, api_drop } = view.faults
  return /menu\/(create|delete)/.test(entry.what) || entry.what in api_errors || entry.what in api_drop
}
