/** Finding a `/` at the beginning of the line in which the caret stands, and putting a canned reply in its place. Pure. */

export interface SlashQuery {
  /** What stands after the slash, up to the caret. */
  query: string
  /** Where the slash stands. */
  start: number
  end: number
}

const longestQuery = 32

/** Returns null where no canned reply is asked for. */
export function findSlashQuery(text: string, caret: number): SlashQuery | null {
  const start = text.lastIndexOf('\n', caret - 1) + 1
  const line = text.slice(start, caret)
  if (!/^[/／]/.test(line) || line.length > longestQuery + 1 || /\s/.test(line)) return null
  return { query: line.slice(1), start, end: caret }
}

export interface Placed {
  text: string
  /** What should be selected afterwards: the first placeholder that nobody filled, or the place after the reply. */
  from: number
  to: number
}

export function placeReply(text: string, { start, end }: Pick<SlashQuery, 'start' | 'end'>, reply: string, unknown: readonly string[]): Placed {
  const placed = text.slice(0, start) + reply + text.slice(end)
  const stranger = unknown[0] === undefined ? -1 : reply.indexOf(`{${unknown[0]}}`)
  if (stranger < 0) return { text: placed, from: start + reply.length, to: start + reply.length }
  return { text: placed, from: start + stranger, to: start + stranger + unknown[0]!.length + 2 }
}

/** Returns the text with a passage put in at the caret, on lines of its own. */
export function placePassage(text: string, caret: number, passage: string): Placed {
  const before = text.slice(0, caret).trimEnd()
  const after = text.slice(caret).trimStart()
  const head = before === '' ? passage : `${before}\n${passage}`
  return { text: after === '' ? head : `${head}\n${after}`, from: head.length, to: head.length }
}

/** Returns the placeholders left in a text, as they stand there. */
export function listPlaceholders(text: string): string[] {
  return [...new Set(text.match(/\{[一-鿿]{1,8}\}/g) ?? [])]
}
