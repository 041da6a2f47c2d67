import { expect, test } from 'vitest'
import { backoffMs } from '../src/chat/backoff'
import type { Attachment, Message } from '../src/chat/message'
import { cameFromWechat, withoutArrival } from '../src/page/arrival'
import { describeAttachment, findPicture } from '../src/page/attachmentText'
import { composeDraft } from '../src/page/draft'
import type { QueuePlace } from '../src/chat/view'
import { arrangeEntries, type Entry } from '../src/page/entries'
import { composeCopy, describeDetails, findPage, findWebAddress } from '../src/page/sourceText'
import { describeSpeaker, describeTypist } from '../src/page/speaker'
import { describeStatus } from '../src/page/statusText'
import { splitLines } from '../src/page/textLines'
import { describeDate, describeTime } from '../src/page/time'

test('waiting doubles, is partly random and ends at half a minute', () => {
  expect(backoffMs(1, () => 1)).toBe(800)
  expect(backoffMs(2, () => 1)).toBe(1600)
  expect(backoffMs(2, () => 0)).toBe(800)
  expect(backoffMs(50, () => 1)).toBe(30_000)
})

test('times are told as people tell them', () => {
  const now = new Date(2026, 10, 22, 15, 0)
  expect(describeTime(new Date(2026, 10, 22, 14, 5).toISOString(), now)).toBe('今天 14:05')
  expect(describeTime(new Date(2026, 10, 21, 9, 5).toISOString(), now)).toBe('昨天 09:05')
  expect(describeTime(new Date(2026, 10, 2, 9, 5).toISOString(), now)).toBe('11月2日 09:05')
  expect(describeTime(new Date(2025, 10, 2, 9, 5).toISOString(), now)).toBe('2025年11月2日 09:05')
  expect(describeTime('never', now)).toBe('')
  expect(describeDate('2026-04-01')).toBe('2026年4月1日')
})

test('list marks hang and nothing else is taken for one', () => {
  const marks = splitLines('步骤：\n1. 登录\n（二）上传\n- 执照\n\n2026.11.22 起\n3.5 万元').map((line) => line.mark)
  expect(marks).toEqual(['', '1.', '（二）', '•', '', '', ''])
  expect(splitLines('a\n\nb').map((line) => line.isBlank)).toEqual([false, true, false])
})

test('a source tells its dates and only a web address becomes a link', () => {
  const source = { title: '商标', document_no: '第29号', effective_to: '2026-12-31', checked_on: '2026-11-22', url: 'javascript:alert(1)' }
  expect(describeDetails(source)).toEqual(['第29号', '有效期至 2026年12月31日', '核对日期 2026年11月22日'])
  expect(findWebAddress(source)).toBeNull()
  expect(findWebAddress({ title: 'a', url: 'https://example.cn/a' })).toBe('https://example.cn/a')
})

test('the whole text is linked only on our own server', () => {
  expect(findPage({ title: 'a', page_url: '/articles/S12#fee' })).toBe('/articles/S12#fee')
  for (const page_url of ['//evil.example/a', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', 'articles', null]) {
    expect(findPage({ title: 'a', page_url })).toBeNull()
  }
})

test('a file is told with its kind, measure and state', () => {
  expect(describeAttachment(file({ kind: 'voice', seconds: 12.4 }))).toBe('语音 12秒 · 已收到')
  expect(describeAttachment(file({ size_bytes: 2_345_678 }))).toBe('图片 2.3 MB · 已收到')
  expect(describeAttachment(file({ kind: 'file', state: 'too_large', size_bytes: 400 }))).toBe('文件 1 KB · 太大，没有接收')
  expect(describeAttachment(file({ kind: 'video', state: 'pending' }))).toBe('视频 · 正在接收…')
  expect(describeAttachment(file({ kind: 'sticker' as 'file', state: 'gone' as 'failed' }))).toBe('附件')
})

test('only a stored picture on our own server is fetched', () => {
  expect(findPicture(file({ url: '/api/files/1' }))).toBe('/api/files/1')
  expect(findPicture(file({ url: '//evil.example/1' }))).toBeNull()
  expect(findPicture(file({ url: '/api/files/1', state: 'failed' }))).toBeNull()
  expect(findPicture(file({ url: '/api/files/1', kind: 'voice' }))).toBeNull()
  expect(findPicture(file({}))).toBeNull()
})

test('the way of arrival is read once and leaves the rest of the address', () => {
  expect(cameFromWechat('?from=wechat')).toBe(true)
  expect(cameFromWechat('?from=menu')).toBe(false)
  expect(cameFromWechat('')).toBe(false)
  expect(withoutArrival('https://a.example/widget/?from=wechat')).toBe('/widget/')
  expect(withoutArrival('https://a.example/widget/?a=1&from=wechat#log')).toBe('/widget/?a=1#log')
})

test('a draft keeps what could not be sent above what is being written', () => {
  expect(composeDraft('first', 'second', ' ', 'being written')).toBe('first\nsecond\nbeing written')
  expect(composeDraft('')).toBe('')
})

test('a copied answer takes its sources along', () => {
  const copied = composeCopy({ ...said('bot', 1), sources: [{ title: '商标', section: '怎么办', checked_on: '2026-11-22' }] })
  expect(copied).toBe('text 1\n\n依据：\n1. 商标 · 怎么办，核对日期 2026年11月22日')
  const named = { ...said('bot', 1), text: '好。\n依据：商标', sources: [{ title: '商标' }] }
  expect(composeCopy(named)).toBe(named.text)
})

test('the line comes before the person in the status', () => {
  const agent = { owner: 'agent:1', agentName: '张三', queue: null }
  expect(describeStatus({ ...agent, link: 'offline' }).text).toContain('离线')
  expect(describeStatus({ ...agent, link: 'connecting' }).text).toContain('连接中')
  expect(describeStatus({ ...agent, link: 'online' })).toEqual({ text: '人工客服 张三 正在为您服务', tone: 'person' })
  expect(describeStatus({ ...agent, link: 'online', agentName: null }).text).toBe('人工客服 正在为您服务')
  expect(describeStatus({ ...agent, link: 'online', owner: 'bot' }).text).toBe('在线 · 智能助手')
})

test('whoever waits for a person sees the place and the wait, as far as they are known', () => {
  const waiting = { link: 'online', owner: 'queue', agentName: null } as const
  const told = (queue: QueuePlace | null): string => describeStatus({ ...waiting, queue }).text
  expect(told({ position: 2, expectedWaitS: 170, team: null })).toBe('排队中 第2位 · 预计约3分钟')
  expect(told({ position: 12, expectedWaitS: 1_300, team: null })).toBe('排队中 第12位 · 预计约25分钟')
  expect(told({ position: 40, expectedWaitS: 4_000, team: null })).toBe('排队中 第40位 · 可能超过1小时')
  expect(told({ position: 1, expectedWaitS: 0, team: null })).toBe('排队中 第1位 · 预计约1分钟')
  expect(told({ position: 2, expectedWaitS: null, team: '综合服务组' })).toBe('排队中 第2位')
  expect(told(null)).toBe('排队中')
})

test('who speaks and who writes is named where the server tells the name', () => {
  expect(describeSpeaker({ sender: 'agent', author_name: '张三' })).toBe('客服 张三')
  expect(describeSpeaker({ sender: 'agent' })).toBe('人工客服')
  expect(describeSpeaker({ sender: 'bot', author_name: null })).toBe('营商小助')
  expect(describeTypist('agent', '张三')).toBe('客服 张三 ')
  expect(describeTypist('bot', '张三')).toBe('营商小助')
})

test('only the buttons after the last question can be pressed', () => {
  const messages = [said('user', 1), said('bot', 2), said('user', 3), said('bot', 4)]
  const buttons = [{ title: '费用', payload: '/ask' }]
  const asked = messages.map((message) => (message.sender === 'bot' ? { ...message, buttons } : message))
  const active = arrange(asked).filter((entry) => entry.kind === 'message' && entry.offers.some((offer) => offer.isActive))
  expect(active.map((entry) => entry.key)).toEqual(['m4'])
})

test('messages close together share one time', () => {
  const entries = arrange([said('user', 1), said('bot', 2), said('user', 30)])
  expect(entries.map((entry) => entry.kind)).toEqual(['time', 'message', 'message', 'time', 'message'])
})

function arrange(messages: Message[]): Entry[] {
  return arrangeEntries({ messages, unsent: [], owner: 'bot', now: new Date() })
}

function file(parts: Partial<Attachment>): Attachment {
  return { kind: 'image', state: 'stored', url: null, size_bytes: null, ...parts }
}

function said(sender: Message['sender'], minute: number): Message {
  const at = new Date(2026, 10, 22, 14, minute).toISOString()
  return { id: `m${minute}`, sequence: minute, sender, text: `text ${minute}`, at }
}
