/** A source in words, the same on the page and in what is copied. */

import type { Message, Source } from '../chat/message'
import { isOwnPath } from './ownPath'
import { describeDate } from './time'

export function describeTitle(source: Source): string {
  return source.section ? `${source.title} · ${source.section}` : source.title
}

/** Document number and dates, most important first; only what is known. */
export function describeDetails(source: Source): string[] {
  const details: string[] = []
  if (source.document_no) details.push(source.document_no)
  if (source.effective_from) details.push(`施行日期 ${describeDate(source.effective_from)}`)
  if (source.effective_to) details.push(`有效期至 ${describeDate(source.effective_to)}`)
  if (source.checked_on) details.push(`核对日期 ${describeDate(source.checked_on)}`)
  return details
}

/** Returns the address only if it is a web page: any other scheme could run code. */
export function findWebAddress(source: Source): string | null {
  return /^https?:\/\/[^\s]+$/i.test(source.url ?? '') ? (source.url ?? null) : null
}

/** Returns the address of the whole text on our own server. */
export function findPage(source: Source): string | null {
  return isOwnPath(source.page_url) ? source.page_url : null
}

/** The answer as it is passed on to a colleague: with its sources, unless the text names them itself. */
export function composeCopy(message: Message): string {
  const sources = (message.sources ?? []).map((source, index) =>
    [`${index + 1}. ${describeTitle(source)}`, ...describeDetails(source), findWebAddress(source) ?? '']
      .filter((part) => part !== '')
      .join('，'),
  )
  const isNamed = /依[据據]：/.test(message.text)
  return sources.length > 0 && !isNamed ? `${message.text}\n\n依据：\n${sources.join('\n')}` : message.text
}
