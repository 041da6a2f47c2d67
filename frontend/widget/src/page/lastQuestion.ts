/** What a user last wanted to know, to be offered as the matter of a request. */

import type { Message } from '../chat/message'
import { holdsPhone } from './contact'
import { readRating } from './rating'

const longest = 200
const asksForPerson = /^.{0,6}(人工|真人)(客服|服务|坐席)?[吧吗谢了。，！!？?]*$/
const stopsWaiting = /^.{0,4}(不等了|不用等了|不排了|取消排队).{0,8}$/

/** Returns '' when nothing was asked yet. Calls for a person, ratings and numbers are no questions. */
export function findLastQuestion(messages: readonly Message[]): string {
  const asked = messages.filter(({ sender, text }) => sender === 'user' && isQuestion(text.trim()))
  return Array.from(asked[asked.length - 1]?.text.trim() ?? '')
    .slice(0, longest)
    .join('')
}

function isQuestion(text: string): boolean {
  return text !== '' && !asksForPerson.test(text) && !stopsWaiting.test(text) && !holdsPhone(text) && !readRating(text)
}
