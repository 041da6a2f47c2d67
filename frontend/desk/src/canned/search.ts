/** Finding a canned reply while typing. Pure. */

export interface Searchable {
  shortcut: string
  title: string
  text: string
}

const places = ['shortcut', 'title', 'text'] as const
const nowhere = places.length

/**
 * Returns the replies that the query finds: by the beginning of their shortcut first, then by title, then by text.
 * Within these the given order stays. A leading `/` is not part of the query; without a query all are found.
 */
export function searchReplies<T extends Searchable>(replies: readonly T[], query: string): T[] {
  const words = normalise(query).replace(/^\//, '').trim()
  if (words === '') return [...replies]
  const found: T[][] = places.map(() => [])
  for (const reply of replies) found[findPlace(reply, words)]?.push(reply)
  return found.flat()
}

function findPlace(reply: Searchable, words: string): number {
  if (normalise(reply.shortcut).startsWith(words)) return 0
  if (normalise(reply.title).includes(words)) return 1
  return normalise(reply.text).includes(words) ? 2 : nowhere
}

/** Full-width letters, capitals and a full-width slash find the same as ordinary ones. */
function normalise(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
