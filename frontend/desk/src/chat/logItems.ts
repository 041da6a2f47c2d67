/** What stands in the log, top to bottom: messages, those not yet sent, and the days between them. Pure. */

import type { DeskMessage } from '../api/types'
import { describeDay } from '../side/times'
import type { UnsentMessage } from '../state/outbox'

export type LogItem =
  | { kind: 'day'; key: string; text: string; at: string }
  | { kind: 'message'; key: string; message: DeskMessage; isFollowUp: boolean; isLastOwn: boolean }
  | { kind: 'unsent'; key: string; unsent: UnsentMessage }

/** Within this time the same speaker's next message goes without a head of its own. */
const followUpMs = 3 * 60_000

export function arrangeLog(messages: readonly DeskMessage[], unsent: readonly UnsentMessage[], now: Date): LogItem[] {
  const items: LogItem[] = []
  let day = ''
  let previous: DeskMessage | undefined
  const lastOwn = messages.findLast((message) => message.sender === 'agent')
  for (const message of messages) {
    const text = describeDay(message.at, now)
    if (text !== day) items.push({ kind: 'day', key: `day:${message.id}`, text, at: message.at })
    const isFollowUp = text === day && previous !== undefined && isContinued(previous, message)
    items.push({ kind: 'message', key: keyOf(message), message, isFollowUp, isLastOwn: message === lastOwn })
    day = text
    previous = message
  }
  const known = new Set(messages.map((message) => message.client_message_id).filter(Boolean))
  for (const item of unsent) {
    if (!known.has(item.client_message_id)) items.push({ kind: 'unsent', key: `own:${item.client_message_id}`, unsent: item })
  }
  return items
}

/** The same for our copy of a message and the server's, so that it does not jump when the answer comes. */
function keyOf(message: DeskMessage): string {
  return message.sender === 'agent' && message.client_message_id ? `own:${message.client_message_id}` : message.id
}

function isContinued(previous: DeskMessage, message: DeskMessage): boolean {
  if (previous.sender !== message.sender || previous.author !== message.author || message.sender === 'bot') return false
  return Date.parse(message.at) - Date.parse(previous.at) < followUpMs
}
