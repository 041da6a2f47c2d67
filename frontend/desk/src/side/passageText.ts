/** A passage of the knowledge base as it is shown and as it goes into a message. Pure. */

import type { Passage, PassageLink } from '../api/types'
import { describeDate } from './times'

/** Returns the passage's words with the line that says where they come from, in the form that the bot uses. */
export function composeInsertion(passage: Passage): string {
  const proofs = listProofs(passage)
  const source = nameSource(passage) + (proofs.length > 0 ? `（${proofs.join('，')}）` : '')
  return `${passage.text.trim()}\n\n依据：${source}`
}

export function linkOf({ row_id, title, section, page_url }: Passage): PassageLink {
  return { row_id, title, section, page_url }
}

/** Document number and the day on which it was checked; only what is known. */
export function listProofs(passage: Passage): string[] {
  const proofs: string[] = []
  if (passage.document_no) proofs.push(passage.document_no)
  if (passage.checked_on) proofs.push(`核对于${describeDate(passage.checked_on)}`)
  return proofs
}

/** Returns the path of the whole text, only if it is on our own server. */
export function findPage(passage: Pick<Passage, 'page_url'>): string | null {
  return /^\/(?![/\\])[^\s\\]*$/.test(passage.page_url ?? '') ? passage.page_url : null
}

function nameSource({ title, section }: Passage): string {
  return section ? `${title}·${section}` : title
}
