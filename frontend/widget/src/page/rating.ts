/** How satisfied a user was with a person's help: one to five, and a word. */

import type { MessageButton } from '../chat/message'
import { payloadName } from '../chat/payload'

export const scores = [1, 2, 3, 4, 5] as const
export const scoreWords: Record<number, string> = { 1: '很不满意', 2: '不满意', 3: '一般', 4: '满意', 5: '非常满意' }
export const longestComment = 200

export interface Rating {
  score: number
  comment: string
}

// What was typed is read too: 5分，很快; 五星; 4. But not 5分钟, 一分钱, 三分公司.
const ratingText =
  /^(?:评价|评分|打分|我打|我给|打)?[:：]?\s*([1-5一二三四五])\s*(?:(?:分(?![钟钱之局公店])|星|颗星)[,，。.!！:：;；、\s]*([^]*)|[,，。.!！]*)$/

/** Returns the rating that a text is, null for any other text. */
export function readRating(text: string): Rating | null {
  const found = ratingText.exec(text.trim().replace(/[１-５]/g, (digit) => digit.normalize('NFKC')))
  if (!found) return null
  const comment = (found[2] ?? '').trim()
  const isTitle = Object.values(scoreWords).includes(comment)
  return { score: '12345一二三四五'.indexOf(found[1]!) % 5 + 1, comment: isTitle ? '' : comment }
}

/** Returns what is posted: 5分 or 5分，办得很快. */
export function composeRating({ score, comment }: Rating): string {
  const word = Array.from(comment.replace(/\s+/g, ' ').trim()).slice(0, longestComment).join('')
  return word === '' ? `${score}分` : `${score}分，${word}`
}

export function isRateButton(button: MessageButton): boolean {
  return payloadName(button.payload) === 'rate'
}

/** Returns the payload of the score's button as the server wrote it. */
export function findRatePayload(buttons: readonly MessageButton[], score: number): string {
  const button = buttons.find(({ payload }) => Number(/"score"\s*:\s*"?(\d)/.exec(payload)?.[1]) === score)
  return button?.payload ?? `/rate{"score": "${score}"}`
}
