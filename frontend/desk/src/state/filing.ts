/** Which list an entry belongs to, and in what order a list stands. Nothing else decides that in the page. */

import type { Entry, ListName } from '../api/types'

export const listNames: ListName[] = ['queue', 'mine', 'unattended', 'all', 'closed']

export function ownerOf(username: string): string {
  return `agent:${username}`
}

export function belongsTo(list: ListName, entry: Entry, username: string): boolean {
  if (list === 'queue') return entry.owner === 'queue' && !entry.is_closed
  if (list === 'mine') return entry.owner === ownerOf(username) && !entry.is_closed
  if (list === 'unattended') return entry.handover?.status === 'unattended'
  return list === 'closed' ? entry.is_closed : !entry.is_closed
}

type Order = (a: Entry, b: Entry) => number

const byRequest: Order = (a, b) => compare(a.handover?.requested_at ?? a.last_at, b.handover?.requested_at ?? b.last_at)
const byNewest: Order = (a, b) => compare(b.last_at, a.last_at)
const byId: Order = (a, b) => compare(a.conversation_id, b.conversation_id)

const orders: Record<ListName, Order[]> = {
  queue: [(a, b) => (a.handover?.priority ?? 2) - (b.handover?.priority ?? 2), byRequest, byId],
  mine: [(a, b) => compare(a.unanswered_since ?? '~', b.unanswered_since ?? '~'), byNewest, byId],
  unattended: [byNewest, byId],
  all: [byNewest, byId],
  closed: [byNewest, byId],
}

/** Returns the entries of a list in its order. Where the server gives no order to two, their ids do, so that rows never flicker. */
export function fileEntries(list: ListName, entries: Iterable<Entry>, username: string): Entry[] {
  const order = orders[list]
  return [...entries].filter((entry) => belongsTo(list, entry, username)).sort((a, b) => firstDifference(order, a, b))
}

/** True if `incoming` is not older than what is known: answers and frames overtake each other. */
export function isCurrent(incoming: Entry, known: Entry | undefined): boolean {
  if (!known || incoming.owner_version !== known.owner_version) return !known || incoming.owner_version > known.owner_version
  return (incoming.last_message?.sequence ?? 0) >= (known.last_message?.sequence ?? 0)
}

function firstDifference(order: readonly Order[], a: Entry, b: Entry): number {
  for (const compareBy of order) {
    const difference = compareBy(a, b)
    if (difference !== 0) return difference
  }
  return 0
}

/** ISO times of one form order as text. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
