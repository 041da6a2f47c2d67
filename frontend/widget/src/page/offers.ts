/** Which buttons below a message can still be pressed, and whether a survey is still open. */

import type { Message, MessageButton, Owner } from '../chat/message'
import type { UnsentMessage } from '../chat/outbox'
import { payloadName } from '../chat/payload'
import { holdsPhone } from './contact'
import { isRateButton, readRating, type Rating } from './rating'

export interface Offer extends MessageButton {
  isActive: boolean
}

export interface Survey {
  buttons: MessageButton[]
  /** What was rated; null while it is still to be rated. */
  rating: Rating | null
}

/** What the rules look at. */
export interface Talk {
  messages: readonly Message[]
  unsent: readonly UnsentMessage[]
  owner: Owner
  now: Date
}

/** Later the server takes no rating. */
const surveyOpenMs = 24 * 3_600_000

/** Returns the message's buttons, those of a survey left out. */
export function arrangeOffers(talk: Talk, index: number): Offer[] {
  const buttons = (talk.messages[index]?.buttons ?? []).filter((button) => !isRateButton(button))
  return buttons.map(({ title, payload }) => ({ title, payload, isActive: isActive(talk, index, payloadName(payload)) }))
}

/** Returns null for a message without a survey, and for one that nobody answered while it could be answered. */
export function arrangeSurvey(talk: Talk, index: number): Survey | null {
  const message = talk.messages[index]
  const buttons = (message?.buttons ?? []).filter(isRateButton)
  if (!message || buttons.length === 0) return null
  const next = findNext(talk.messages, index, 'rate')
  const rating = textsBetween(talk, index, next).map(readRating).find(Boolean) ?? null
  const isOpen = next < 0 && !(talk.now.getTime() - new Date(message.at).getTime() > surveyOpenMs)
  return rating || isOpen ? { buttons, rating } : null
}

/** An answer's buttons hold until something else is said; those that belong to a handover as long as they mean something. */
function isActive(talk: Talk, index: number, name: string): boolean {
  const { messages, unsent, owner } = talk
  if (name === 'stop_waiting') return owner === 'queue' && findNext(messages, index, name) < 0 && !isStopping(unsent)
  if (name === 'leave_contact') {
    const isNewest = findNext(messages, index, name) < 0 && findNext(messages, index, 'rate') < 0
    return isNewest && !textsBetween(talk, index, -1).some(holdsPhone)
  }
  return unsent.length === 0 && !messages.slice(index + 1).some((message) => message.sender === 'user')
}

/** Whether the user's word that they do not want to wait is on its way. */
export function isStopping(unsent: readonly UnsentMessage[]): boolean {
  return unsent.some((item) => item.state !== 'refused' && payloadName(item.payload) === 'stop_waiting')
}

/** Returns where the next message with such a button stands, -1 for none. */
function findNext(messages: readonly Message[], index: number, name: string): number {
  return messages.findIndex(
    ({ buttons }, other) => other > index && (buttons ?? []).some(({ payload }) => payloadName(payload) === name),
  )
}

/** What the user said after one message and before another; with no other (-1), also what is still on its way. */
function textsBetween({ messages, unsent }: Talk, index: number, next: number): string[] {
  const said = messages.slice(index + 1, next < 0 ? undefined : next).filter(({ sender }) => sender === 'user')
  const coming = next < 0 ? unsent.filter(({ state }) => state !== 'refused') : []
  return [...said, ...coming].map(({ text }) => text)
}
