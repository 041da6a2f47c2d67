import { describe, expect, test } from 'vitest'
import type { Entry, Me } from '../src/api/types'
import { findSlashQuery, listPlaceholders, placePassage, placeReply } from '../src/chat/cannedDraft'
import { describeLoad, listCandidates } from '../src/chat/candidates'
import { arrangeLog } from '../src/chat/logItems'
import { describeAttachment, describeIntent, describeMessageDelivery, findSourceAddress } from '../src/chat/messageText'
import { describeOwnership, describeSilence, listActions, type ChatAction } from '../src/chat/ownership'
import { formatRoute, parseRoute } from '../src/frame/route'
import { describeLast, formatWait, urgencyOf, waitingSince } from '../src/lists/entryText'
import { checkNewPassword } from '../src/signin/password'
import { titleFor } from '../src/state/alerts'
import { leaseMs, SpeakerLease } from '../src/state/lease'
import type { UnsentMessage } from '../src/state/outbox'
import { makeEntry, makeHandover, makeMessage, me, memoryStore } from './fakes'

const now = new Date('2026-11-23T04:00:00Z') // 12:00 in Hangzhou

describe('the log', () => {
  const unsent: UnsentMessage = {
    conversation_id: 'a',
    by: 'zhangsan',
    client_message_id: 'x',
    text: 'mine',
    passages: [],
    order: 1,
    state: 'sending',
  }

  test('shows each day once, by the clock in Hangzhou', () => {
    const log = arrangeLog([makeMessage(1, { at: '2026-11-22T15:59:00Z' }), makeMessage(2, { at: '2026-11-22T16:01:00Z' })], [], now)
    expect(log.map((item) => (item.kind === 'day' ? item.text : item.kind))).toEqual(['昨天', 'message', '今天', 'message'])
  })

  test('leaves out the head of what the same speaker adds', () => {
    const log = arrangeLog([makeMessage(1), makeMessage(2), makeMessage(3, { sender: 'agent', author: 'lisi' })], [], now)
    expect(log.flatMap((item) => (item.kind === 'message' ? [item.isFollowUp] : []))).toEqual([false, true, false])
  })

  test('shows what is being sent at the end, in the place where it will stay', () => {
    const before = arrangeLog([makeMessage(1)], [unsent], now)
    const after = arrangeLog([makeMessage(1), makeMessage(2, { sender: 'agent', client_message_id: 'x' })], [unsent], now)
    expect(before.at(-1)).toMatchObject({ kind: 'unsent', key: 'own:x' })
    expect(after.at(-1)).toMatchObject({ kind: 'message', key: 'own:x' })
    expect(after).toHaveLength(before.length)
  })
})

describe('delivery', () => {
  const text = (status: 'delivered' | 'failed' | 'held' | 'sending', code: number | null, error: string | null = null) =>
    describeMessageDelivery({ status, code, error })?.text

  test('names WeChat’s refusals in Chinese', () => {
    expect(text('failed', 45015)).toBe('未送达：用户超过 48 小时未互动')
    expect(text('failed', 45047)).toBe('未送达：下发条数已达上限')
    expect(text('failed', 43004)).toBe('未送达：用户已取消关注')
    expect(text('held', 48001)).toBe('公众号没有客服消息权限，将随用户下一条消息送出')
  })

  test('keeps the number of a refusal that nobody knows, and no English', () => {
    expect(text('failed', 40003, 'invalid openid')).toBe('未送达：原因不明（40003）')
    expect(text('held', null)).toBe('将随用户下一条消息送出')
  })

  test('says nothing where nothing has to be delivered', () => {
    expect(describeMessageDelivery(null)).toBeNull()
    expect(text('sending', null)).toBe('正在送达…')
  })
})

test('an intent has its Chinese title and its confidence', () => {
  const setup = { subjects: { tax: '税务和发票' } } as unknown as Parameters<typeof describeIntent>[1]
  expect(describeIntent({ name: 'tax', confidence: 0.874 }, setup)).toBe('税务和发票 87%')
  expect(describeIntent({ name: 'greet', confidence: 1 }, setup)).toBe('问候 100%')
  expect(describeIntent(null, setup)).toBe('')
})

test('a source leads to a page only', () => {
  expect(findSourceAddress({ title: '', page_url: '/articles/S1#fee' })).toBe('/articles/S1#fee')
  expect(findSourceAddress({ title: '', page_url: '//evil', url: 'javascript:alert(1)' })).toBeNull()
  expect(findSourceAddress({ title: '', url: 'https://example.org/a' })).toBe('https://example.org/a')
})

test('an attachment that did not come says so', () => {
  expect(describeAttachment({ kind: 'voice', state: 'stored', url: '', size_bytes: 9, seconds: 12 })).toBe('语音 12秒')
  expect(describeAttachment({ kind: 'image', state: 'too_large', url: null, size_bytes: 24_000_000 })).toBe('图片 24.0 MB · 太大，没有接收')
})

describe('who has it', () => {
  const supervisor: Me = { ...me, role: 'supervisor', permissions: ['read', 'talk', 'supervise'] }
  const reader: Me = { ...me, role: 'readonly', permissions: ['read'] }
  const owned = (owner: string, change: Partial<Entry> = {}) => makeEntry('a', { owner, owner_name: '李四', ...change })
  const unattended = owned('bot', { is_closed: true, handover: makeHandover({ status: 'unattended' }) })
  const closed = owned('bot', { is_closed: true, handover: makeHandover({ status: 'ended', result: 'solved' }) })

  test.each<[string, Entry, Me, ChatAction[]]>([
    ['a waiting chat', owned('queue'), me, ['take']],
    ['a talk with the bot', owned('bot'), me, ['take']],
    ['my chat', owned('agent:zhangsan'), me, ['transfer', 'return', 'close']],
    ['my chat, for a supervisor', owned('agent:zhangsan'), supervisor, ['transfer', 'return', 'close']],
    ['a colleague’s chat', owned('agent:lisi'), me, []],
    ['a colleague’s chat, for a supervisor', owned('agent:lisi'), supervisor, ['assign']],
    ['a chat that is over', closed, supervisor, []],
    ['a message left for us', unattended, me, ['take']],
    ['a waiting chat, for a reader', owned('queue'), reader, []],
  ])('%s offers what is allowed', (_, entry, who, actions) => {
    expect(listActions(entry, who)).toEqual(actions)
  })

  test('is said in words', () => {
    const text = (entry: Entry) => describeOwnership(entry, me, { solved: '已解决' }).text
    expect(text(owned('queue'))).toBe('综合服务组排队中，第 1 位')
    expect(text(owned('agent:zhangsan'))).toBe('我在接待')
    expect(text(owned('agent:lisi'))).toBe('李四在接待')
    expect(text(closed)).toBe('已结束 · 已解决')
  })

  test('decides who may write', () => {
    expect(describeSilence(owned('agent:zhangsan'), me)).toBeNull()
    expect(describeSilence(owned('agent:lisi'), me)).toContain('李四')
    expect(describeSilence(owned('agent:zhangsan'), reader)).toContain('只能查看')
  })
})

describe('canned replies in the text', () => {
  test('are asked for by a slash at the beginning of a line', () => {
    expect(findSlashQuery('/ni', 3)).toEqual({ query: 'ni', start: 0, end: 3 })
    expect(findSlashQuery('您好\n／材料', 6)).toEqual({ query: '材料', start: 3, end: 6 })
    expect(findSlashQuery('1/2', 3)).toBeNull()
    expect(findSlashQuery('/a b', 4)).toBeNull()
    expect(findSlashQuery('/ni', 0)).toBeNull()
  })

  test('take the place of what was typed, and what nobody filled is selected', () => {
    const asked = { start: 3, end: 5 }
    expect(placeReply('您好\n/a后', asked, '请带{材料}来', ['材料'])).toEqual({ text: '您好\n请带{材料}来后', from: 5, to: 9 })
    expect(placeReply('您好\n/a后', asked, '请稍等', [])).toEqual({ text: '您好\n请稍等后', from: 6, to: 6 })
  })

  test('a passage stands on lines of its own', () => {
    expect(placePassage('前后', 1, '依据')).toEqual({ text: '前\n依据\n后', from: 4, to: 4 })
    expect(placePassage('', 0, '依据').text).toBe('依据')
  })

  test('what was not filled is found before it is sent', () => {
    expect(listPlaceholders('请带{材料}到{地址}，{材料}')).toEqual(['{材料}', '{地址}'])
    expect(listPlaceholders('{"json": 1}')).toEqual([])
  })
})

test('colleagues with room stand first, those away last', () => {
  const named = (username: string) => ({ username, display_name: username, teams: [] })
  const busy = (username: string, state: 'ready' | 'away', active: number) => ({ ...named(username), state, is_connected: true, active, capacity: 5 })
  const found = listCandidates([busy('a', 'away', 0), busy('b', 'ready', 4), busy('c', 'ready', 1)])
  expect(found.map((agent) => agent.username)).toEqual(['c', 'b', 'a'])
  expect(found.map(describeLoad)).toEqual(['接待中 1/5', '接待中 4/5', '离开 0/5'])
  expect(listCandidates(['a', 'b'].map(named)).map(describeLoad)).toEqual(['', ''])
})

test('waiting times are read at a glance', () => {
  expect([0, 45_000, 725_000, 3_725_000, -5].map(formatWait)).toEqual(['0:00', '0:45', '12:05', '1:02:05', '0:00'])
})

test('a row tells since when somebody waits, and how urgent it is', () => {
  expect(waitingSince(makeEntry('a'), 'zhangsan')).toBe('2026-11-23T02:00:00Z')
  expect(waitingSince(makeEntry('a', { owner: 'agent:lisi', unanswered_since: '2026-11-23T02:00:00Z' }), 'zhangsan')).toBeNull()
  expect(urgencyOf(makeEntry('a', { handover: makeHandover({ priority: 0 }) }))).toBe('urgent')
  expect(urgencyOf(makeEntry('a', { handover: makeHandover({ priority: 0, status: 'ended' }) }))).toBe('ordinary')
  expect(describeLast({ sender: 'bot', text: '第一行\n第二行', at: '', sequence: 1 })).toBe('小助：第一行 第二行')
})

test('the address keeps page and conversation', () => {
  for (const route of [
    { page: 'chats', id: 'a/b', query: {} },
    { page: 'overview', id: null, query: {} },
    { page: 'cases', id: '7f?3', query: { box: 'all', q: '水费 &电费' } },
  ] as const) {
    expect(parseRoute(formatRoute(route))).toEqual(route)
  }
  expect(parseRoute('#/nowhere/x')).toEqual({ page: 'chats', id: 'x', query: {} })
  expect(parseRoute('#/cases/%E0%A4%A').id).toBe('%E0%A4%A')
})

test('the title counts what nobody looked at', () => {
  expect(titleFor(3)).toBe('(3) 新消息 - 营商小助坐席台')
  expect(titleFor(0)).toBe('营商小助坐席台')
})

test('one tab speaks for all, until it is gone or another is looked at', () => {
  const store = memoryStore()
  let time = 0
  const [first, second] = ['a', 'b'].map((tab) => new SpeakerLease(store, tab, () => time)) as [SpeakerLease, SpeakerLease]
  expect([first.hold(), second.hold()]).toEqual([true, false])
  second.seize()
  expect([first.hold(), second.hold()]).toEqual([false, true])
  second.release()
  expect(first.hold()).toBe(true)
  time += leaseMs + 1
  expect(second.hold()).toBe(true)
})

test('a new password is checked before it is sent', () => {
  expect(checkNewPassword('old', 'short', 'short')).toBe('新密码至少 10 个字符')
  expect(checkNewPassword('0123456789', '0123456789', '0123456789')).toBe('新密码不能与原密码相同')
  expect(checkNewPassword('old', '0123456789', '012345678x')).toBe('两次输入的新密码不一样')
  expect(checkNewPassword('old', '0123456789', '0123456789')).toBe('')
})
