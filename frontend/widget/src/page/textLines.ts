/** Splits plain text into lines whose list marks can hang in the margin. Nothing is ever read as HTML or Markdown. */

export interface TextLine {
  /** 1. or （二） or • ; '' for an ordinary line. */
  mark: string
  text: string
  /** True for an empty line: a pause between paragraphs. */
  isBlank: boolean
}

const listMark = /^\s*(\d{1,2}[.、．)）](?!\d)|[(（][一二三四五六七八九十\d]{1,3}[)）]|[①-⑳]|[一二三四五六七八九十]{1,3}、|[-•·●*](?=\s))\s*(.+)$/

export function splitLines(text: string): TextLine[] {
  return text
    .replace(/\r\n?/g, '\n')
    .trim()
    .split('\n')
    .map((line) => {
      const found = listMark.exec(line)
      const mark = found?.[1] ?? ''
      return { mark: /^[-*]$/.test(mark) ? '•' : mark, text: found?.[2] ?? line.trimEnd(), isBlank: line.trim() === '' }
    })
}
