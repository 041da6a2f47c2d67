/** What stands in the log, top to bottom: messages, those not yet sent, and the times between them. */

import type { Message } from '../chat/message'
import type { UnsentMessage } from '../chat/outbox'
import { arrangeOffers, arrangeSurvey, type Offer, type Survey, type Talk } from './offers'
import { describeTime, isNewGroup } from './time'

export type Entry =
  | { kind: 'time'; key: string; text: string; at: string }
  | { kind: 'message'; key: string; message: Message; offers: Offer[]; survey: Survey | null }
  | { kind: 'unsent'; key: string; item: UnsentMessage }

export function arrangeEntries(talk: Talk): Entry[] {
  const { messages, unsent, now } = talk
  const entries: Entry[] = []
  const known = new Set(messages.map((message) => message.client_message_id).filter(Boolean))
  let previousAt: string | undefined

  messages.forEach((message, index) => {
    addTime(entries, previousAt, message.at, now)
    previousAt = message.at
    const [offers, survey] = [arrangeOffers(talk, index), arrangeSurvey(talk, index)]
    entries.push({ kind: 'message', key: keyOf(message), message, offers, survey })
  })
  for (const item of unsent) {
    if (known.has(item.clientMessageId)) continue
    const at = new Date(item.order).toISOString()
    addTime(entries, previousAt, at, now)
    previousAt = at
    entries.push({ kind: 'unsent', key: `user:${item.clientMessageId}`, item })
  }
  return entries
}

/** The same for our copy of a message and the server's, so that the bubble does not jump when the answer comes. */
function keyOf(message: Message): string {
  return message.client_message_id ? `user:${message.client_message_id}` : message.id
}

function addTime(entries: Entry[], previousAt: string | undefined, at: string, now: Date): void {
  const text = describeTime(at, now)
  if (text !== '' && isNewGroup(previousAt, at)) entries.push({ kind: 'time', key: `time:${at}`, text, at })
}
