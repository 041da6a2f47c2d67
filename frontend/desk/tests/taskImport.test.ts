import { expect, test } from 'vitest'
import { createDeskApi } from '../src/api/client'
import type { ImportChange, ImportPreview } from '../src/api/taskTypes'
import { checkFile, fileLimitBytes, findObstacle, groupChanges, pageOf } from '../src/tasks/preview'

function change(row: number, task_id: string, field: string, field_title: string, before: string, after: string): ImportChange {
  return { row, task_id, field, field_title, before, after }
}
const preview = (given: Partial<ImportPreview>): ImportPreview => ({
  token: 'abc',
  rows: 120,
  changes: [change(2, 'ZH-01', 'leader', '负责人', '', '陈晓明')],
  errors: [],
  unchanged: 119,
  ...given,
})

test('changes of one row stand together, in the order of the sheet', () => {
  const groups = groupChanges([
    change(9, 'FZ-02', 'leader', '负责人', '甲', ''),
    change(3, 'ZH-02', 'lead_unit', '牵头单位', '', '市司法局'),
    change(9, 'FZ-02', 'due_on', '期限', '', '2026-12-31'),
  ])
  expect(groups).toEqual([
    { row: 3, task_id: 'ZH-02', fields: [{ field: 'lead_unit', title: '牵头单位', before: '（空）', after: '市司法局' }] },
    {
      row: 9,
      task_id: 'FZ-02',
      fields: [
        { field: 'leader', title: '负责人', before: '甲', after: '（空）' },
        { field: 'due_on', title: '期限', before: '（空）', after: '2026年12月31日' },
      ],
    },
  ])
})

test('nothing is applied while there is an error, or nothing to change', () => {
  expect(findObstacle(preview({}))).toBe('')
  expect(findObstacle(preview({ token: null, errors: [{ row: 2, column: 'F', message: '认不出日期' }] }))).toContain('有1处要先改好')
  expect(findObstacle(preview({ token: null, changes: [] }))).toContain('没有要写入的修改')
  expect(findObstacle(preview({ token: null }))).not.toBe('')
})

test('thousands of rows come page by page, and no page lies beyond the end', () => {
  const rows = Array.from({ length: 5001 }, (_, index) => index)
  expect(pageOf(rows, 1, 50)).toMatchObject({ number: 1, count: 101 })
  expect(pageOf(rows, 101, 50).items).toEqual([5000])
  expect(pageOf(rows, 999, 50).number).toBe(101)
  expect(pageOf([], 3, 50)).toEqual({ items: [], number: 1, count: 1 })
})

test.each([
  ['任务.xlsx', 1000, ''],
  ['任务.XLSX', 1000, ''],
  ['任务.xls', 1000, '旧格式'],
  ['任务.csv', 1000, '只能导入 .xlsx'],
  ['任务.xlsx', 0, '空的'],
  ['任务.xlsx', fileLimitBytes + 1, '超过20MB'],
])('the file %s of %s bytes: %s', (name, size, words) => {
  const told = checkFile({ name, size })
  if (words === '') expect(told).toBe('')
  else expect(told).toContain(words)
})

test('a file goes to the server as it is, under its own type', async () => {
  const requests: RequestInit[] = []
  const api = createDeskApi(undefined, async (_, options) => {
    requests.push(options ?? {})
    return new Response(JSON.stringify(preview({})))
  })
  const file = new Blob(['PK'], { type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' })
  await api.previewTaskImport(file)
  await api.applyTaskImport('a/b')
  expect(requests[0]).toMatchObject({ method: 'POST', headers: { 'Content-Type': file.type } })
  expect(requests[0]?.body).toBe(file)
  expect(requests[1]?.body).toBe('{}')
})
