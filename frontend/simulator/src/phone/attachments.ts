/** What a bubble that is no text says in its text. */

import { toWebAddress } from '../client/safeText'
import type { Bubble } from '../client/model'

export interface LinkCard {
  title: string
  description: string
  /** null: nothing that may be opened. */
  url: string | null
}

export interface Place {
  label: string
  coordinates: string
}

/** Returns the length of a voice message in seconds, 0 if it is not told. */
export function secondsOf(bubble: Bubble): number {
  return Number(/\d+/.exec(bubble.text)?.[0] ?? 0)
}

export function placeOf(bubble: Bubble): Place {
  return { label: bubble.text.trim() || '位置', coordinates: bubble.tail.split(',').join(', ') }
}

export function linkOf(bubble: Bubble): LinkCard {
  const [title = '', description = '', address = ''] = bubble.text.split('\n')
  return { title: title || address || '链接', description, url: toWebAddress(address) }
}
