/** What an import would change, put together for reading. Pure. */

import type { ImportChange, ImportPreview } from '../api/taskTypes'
import { describeField } from './additions'

export interface ChangedRow {
  row: number
  task_id: string
  fields: { field: string; title: string; before: string; after: string }[]
}

export const fileLimitBytes = 20 * 1024 * 1024

/** Returns one group for each row of the sheet, in the sheet's order. */
export function groupChanges(changes: readonly ImportChange[]): ChangedRow[] {
  const rows = new Map<string, ChangedRow>()
  for (const { row, task_id, field, field_title, before, after } of changes) {
    const key = `${row} ${task_id}`
    if (!rows.has(key)) rows.set(key, { row, task_id, fields: [] })
    rows.get(key)!.fields.push({
      field,
      title: field_title,
      before: describeField(field, before),
      after: describeField(field, after),
    })
  }
  return [...rows.values()].sort((one, other) => one.row - other.row)
}

/** Returns why nothing can be applied, in words for people; '' when it can. */
export function findObstacle(preview: ImportPreview): string {
  if (preview.errors.length > 0) return `有${preview.errors.length}处要先改好。改好后重新选择文件，这次没有写入任何内容。`
  if (preview.changes.length === 0) return '文件和现有内容一样，没有要写入的修改。'
  return preview.token === null ? '服务器没有给出写入的许可，请重新选择文件。' : ''
}

/** Returns what is wrong with a file before it is sent; '' when it may be tried. */
export function checkFile(file: Pick<File, 'name' | 'size'>): string {
  if (/\.xls$/i.test(file.name)) return '这是旧格式的 .xls 文件。请在表格软件里另存为 .xlsx 再导入。'
  if (!/\.xlsx$/i.test(file.name)) return '只能导入 .xlsx 文件。可以先导出任务表，在里面修改后再导入。'
  if (file.size === 0) return '文件是空的，请重新选择。'
  return file.size > fileLimitBytes ? '文件超过20MB，请删去不需要的工作表或图片后再试。' : ''
}

export interface Page<T> {
  items: T[]
  /** From 1. */
  number: number
  count: number
}

/** Returns one page of many; a number beyond the ends is the nearest that exists. */
export function pageOf<T>(items: readonly T[], number: number, size: number): Page<T> {
  const count = Math.max(1, Math.ceil(items.length / size))
  const shown = Math.min(Math.max(1, number), count)
  return { items: items.slice((shown - 1) * size, shown * size), number: shown, count }
}
