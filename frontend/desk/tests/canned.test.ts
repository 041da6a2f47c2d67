import { expect, test } from 'vitest'
import { checkDraft, findStrangers } from '../src/canned/draft'
import { fillPlaceholders, greetingAt, listValues, splitFilled } from '../src/canned/placeholders'
import { searchReplies } from '../src/canned/search'

const replies = [
  { shortcut: 'zaima', title: '确认在线', text: '您好，请问还在吗？' },
  { shortcut: 'hello', title: '开场', text: '您好，我是坐席' },
  { shortcut: '信用', title: '信用修复材料', text: '请准备hello表' },
  { shortcut: 'ht', title: 'Hello again', text: '又见面了' },
]
const shortcutsOf = (query: string): string[] => searchReplies(replies, query).map((reply) => reply.shortcut)

test('the beginning of a shortcut comes before a title, and a title before a text', () => {
  expect(shortcutsOf('hello')).toEqual(['hello', 'ht', '信用'])
  expect(shortcutsOf('h')).toEqual(['hello', 'ht', '信用'])
})

test('the middle of a shortcut finds nothing', () => {
  expect(shortcutsOf('aima')).toEqual([])
})

test('a slash before the query, capitals and full-width letters make no difference', () => {
  expect(shortcutsOf('/ＨＥＬ')).toEqual(['hello', 'ht', '信用'])
  expect(shortcutsOf('／信')).toEqual(['信用'])
})

test('without a query all replies are found in their order', () => {
  expect(shortcutsOf(' ')).toEqual(['zaima', 'hello', '信用', 'ht'])
  expect(shortcutsOf('/')).toHaveLength(4)
})

const now = new Date('2026-11-23T02:00:00Z') // 10:00 in Hangzhou

test('every placeholder is filled', () => {
  const values = listValues({ visitor: '访客 3f9a', agent: '张三', username: 'zhangsan', team: '信用修复组', now })
  const text = '{时间问候}，{访客}。我是{组}{坐席}（{工号}），今天是{日期}。'
  expect(fillPlaceholders(text, values)).toEqual({
    text: '上午好，访客 3f9a。我是信用修复组张三（zhangsan），今天是2026年11月23日。',
    unknown: [],
  })
})

test('what is not known stays, and is named once', () => {
  const filled = fillPlaceholders('{姓名}您好，{姓名}，{组}为您服务', listValues({ agent: '张三', now }))
  expect(filled).toEqual({ text: '{姓名}您好，{姓名}，{组}为您服务', unknown: ['姓名', '组'] })
})

test('a value that looks like a placeholder is not filled again', () => {
  expect(fillPlaceholders('{访客}', { 访客: '{坐席}', 坐席: '张三' })).toEqual({ text: '{坐席}', unknown: [] })
})

test('braces that hold no name are ordinary text', () => {
  expect(fillPlaceholders('{} {\n} }{', {})).toEqual({ text: '{} {\n} }{', unknown: [] })
})

test('the pieces say what was filled and what was not', () => {
  expect(splitFilled('我是{坐席}{职务}', { 坐席: '张三' })).toEqual([
    { text: '我是', kind: 'plain' },
    { text: '张三', kind: 'filled' },
    { text: '{职务}', kind: 'unknown' },
  ])
})

test.each([
  ['2026-11-22T20:59:00Z', '晚上好'], // 04:59
  ['2026-11-22T21:00:00Z', '上午好'], // 05:00
  ['2026-11-23T03:59:00Z', '上午好'], // 11:59
  ['2026-11-23T04:00:00Z', '下午好'], // 12:00
  ['2026-11-23T09:59:00Z', '下午好'], // 17:59
  ['2026-11-23T10:00:00Z', '晚上好'], // 18:00
])('the greeting follows the clock in Hangzhou: %s is %s', (at, greeting) => {
  expect(greetingAt(new Date(at))).toBe(greeting)
})

test('the date is that of Hangzhou, also when it is still yesterday in UTC', () => {
  expect(listValues({ now: new Date('2026-12-31T16:00:00Z') }).日期).toBe('2027年1月1日')
})

const draft = { shortcut: 'wh', title: '问候', text: '您好', shared: false }

test('a complete reply can be saved', () => {
  expect(checkDraft(draft)).toEqual({})
})

test.each([
  ['', '请填写快捷词'],
  ['a b', '快捷词里不能有空格'],
  ['a　b', '快捷词里不能有空格'],
  ['/wh', '不用写开头的“/”，使用时再输入'],
  ['问'.repeat(33), '快捷词最多32个字'],
])('the shortcut %j is refused', (shortcut, reason) => {
  expect(checkDraft({ ...draft, shortcut }).shortcut).toBe(reason)
})

test('a shortcut may have 32 characters, however many bytes these take', () => {
  expect(checkDraft({ ...draft, shortcut: '𠮷'.repeat(32) })).toEqual({})
})

test('an empty text and one that no message can hold are refused', () => {
  expect(checkDraft({ ...draft, text: ' \n' }).text).toBe('请填写内容')
  expect(checkDraft({ ...draft, text: '字'.repeat(2003) }).text).toBe('内容最多2000个字，超出3个字')
  expect(checkDraft({ ...draft, title: '' }).title).toBe('请填写标题')
})

test('placeholders that nobody fills are named while writing', () => {
  expect(findStrangers('{坐席}、{ 访客 }、{姓名}、{姓名}')).toEqual(['姓名'])
})
