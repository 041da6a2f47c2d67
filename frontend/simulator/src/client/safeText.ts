/** Text of an account as nodes that are safe to show: words, and links to web addresses. */

export type TextNode = { kind: 'words'; text: string } | { kind: 'link'; text: string; url: string }

const anchor = /<a\s+([^<>]*)>([^<>]*)<\/a\s*>/gi
const href = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i
const address = /https?:\/\/[^\s<>"'，。；、！？（）《》【】“”\u4e00-\u9fff]+/gi
const addressEnd = /[.,;:!?)\]]+$/

/** Returns the text's nodes. Only `<a href>` to http or https counts; any other markup stays words, as written. */
export function parseText(text: string): TextNode[] {
  const nodes: TextNode[] = []
  let end = 0
  for (const match of text.matchAll(anchor)) {
    const url = findWebAddress(match[1] ?? '')
    if (!url) continue
    nodes.push(...linkAddresses(text.slice(end, match.index)))
    nodes.push({ kind: 'link', text: match[2] || url, url })
    end = match.index + match[0].length
  }
  nodes.push(...linkAddresses(text.slice(end)))
  return joinWords(nodes)
}

/** Returns the address as the browser would open it, or null if it leads anywhere but to the web. */
export function toWebAddress(written: string): string | null {
  try {
    const url = new URL(written.trim())
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
  } catch {
    return null
  }
}

function findWebAddress(attributes: string): string | null {
  const match = href.exec(attributes)
  const written = match?.[1] ?? match?.[2] ?? match?.[3]
  return written === undefined ? null : toWebAddress(written.replace(/&amp;/g, '&'))
}

function linkAddresses(words: string): TextNode[] {
  const nodes: TextNode[] = []
  let end = 0
  for (const match of words.matchAll(address)) {
    const text = match[0].replace(addressEnd, '')
    const url = toWebAddress(text)
    if (!url) continue
    nodes.push({ kind: 'words', text: words.slice(end, match.index) }, { kind: 'link', text, url })
    end = match.index + text.length
  }
  nodes.push({ kind: 'words', text: words.slice(end) })
  return nodes
}

function joinWords(nodes: TextNode[]): TextNode[] {
  const joined: TextNode[] = []
  for (const node of nodes) {
    const last = joined[joined.length - 1]
    if (node.kind === 'words' && last?.kind === 'words') last.text += node.text
    else if (node.text) joined.push({ ...node })
  }
  return joined
}
