import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ApiError } from '../src/api/errors'
import type { Handover, OwnerChange, Passage } from '../src/api/types'
import { ArticleSearch, pauseMs } from '../src/side/articleSearch'
import { describeDelivery } from '../src/side/deliveryText'
import { listHistory, type Names } from '../src/side/history'
import { composeInsertion, findPage, linkOf } from '../src/side/passageText'
import { addTag, listSuggestions, removeTag } from '../src/side/tags'
import { describeDay, describeMoment, describeSeconds, secondsBetween } from '../src/side/times'

const now = new Date('2026-11-23T04:00:00Z') // 12:00 in Hangzhou

describe('history', () => {
  const names: Names = {
    teams: [
      { id: 'hotline', title: '综合服务组', hours: '', promised_wait_s: 120, next: null },
      { id: 'credit', title: '信用修复组', hours: '', promised_wait_s: 120, next: 'hotline' },
    ],
    agents: [
      { username: 'zhangsan', display_name: '张三', teams: ['hotline'] },
      { username: 'lisi', display_name: '李四', teams: ['credit'] },
    ],
    reasons: { request_human: '用户要求', fraud_victim: '疑似遭遇诈骗' },
    results: { solved: '已解决' },
  }

  function change(transition: string, owners: string, by: string | null, detail: unknown = null): OwnerChange {
    const [from_owner = '', to_owner = ''] = owners.split('>')
    return { transition, from_owner, to_owner, by, by_name: null, at: '2026-11-23T02:02:00Z', detail }
  }
  const tell = (...given: Parameters<typeof change>): string => listHistory([change(...given)], [], names)[0]!.text

  test('a request says who asked, why, and where it waits', () => {
    expect(tell('request', 'bot>queue', 'user', { team: 'hotline', reason: 'request_human' })).toBe(
      '用户要求转人工 → 综合服务组排队',
    )
    expect(tell('request', 'bot>queue', 'bot', { team: 'credit', reason: 'fraud_victim' })).toBe(
      '转人工（疑似遭遇诈骗） → 信用修复组排队',
    )
  })

  test.each([
    ['take', 'queue>agent:zhangsan', 'agent:zhangsan', '张三接入'],
    ['step_in', 'bot>agent:zhangsan', 'agent:zhangsan', '张三主动接入（原由小助回答）'],
    ['assign', 'queue>agent:lisi', 'system', '系统指派给李四'],
    ['assign', 'queue>agent:lisi', 'agent:zhangsan', '张三指派给李四'],
    ['transfer', 'agent:zhangsan>agent:lisi', 'agent:zhangsan', '张三转接给李四'],
    ['reassign', 'agent:zhangsan>agent:lisi', 'agent:boss', 'boss改派给李四（原为张三）'],
    ['release', 'agent:zhangsan>queue', 'system', '张三已离开 → 回到排队'],
    ['return', 'agent:zhangsan>bot', 'agent:zhangsan', '张三交还小助'],
    ['withdraw', 'queue>bot', 'user', '用户不再等待，由小助继续'],
    ['give_up', 'queue>bot', 'system', '无人接入 → 转为留言，由小助继续'],
    ['expire', 'agent:zhangsan>bot', 'system', '用户长时间没有回应，服务自动结束'],
    ['something_new', 'agent:zhangsan>bot', 'system', '张三 → 小助'],
  ])('%s (%s by %s) reads %s', (transition, owners, by, text) => {
    expect(tell(transition, owners, by)).toBe(text)
  })

  test('a transfer to a team names it and quotes the note', () => {
    const moved = change('transfer_team', 'agent:zhangsan>queue', 'agent:zhangsan', { team: 'credit', note: ' 请核对材料 ' })
    expect(listHistory([moved], [], names)).toMatchObject([{ text: '张三转到信用修复组排队', quote: '请核对材料' }])
  })

  test('an end names its result, also one that is not known yet', () => {
    expect(tell('close', 'agent:zhangsan>bot', 'agent:zhangsan', { result: 'solved' })).toBe('张三结束服务：已解决')
    expect(tell('close', 'agent:zhangsan>bot', 'agent:zhangsan', { result: 'other' })).toBe('张三结束服务：other')
  })

  test('the name that the server gives wins over our own list', () => {
    const taken = { ...change('return', 'agent:zhangsan>bot', 'agent:zhangsan'), by_name: '张三丰' }
    expect(listHistory([taken], [], names)[0]!.text).toBe('张三丰交还小助')
  })

  test('changes, first replies and ratings stand in the order of time', () => {
    const handover = {
      requested_at: '2026-11-23T02:00:00Z',
      first_reply_at: '2026-11-23T02:03:10Z',
      survey: { asked_at: '2026-11-23T02:20:00Z', score: 5, comment: '很快' },
    } as Handover
    const changes = [
      { ...change('close', 'agent:zhangsan>bot', 'agent:zhangsan'), at: '2026-11-23T02:19:00Z' },
      { ...change('request', 'bot>queue', 'user', { team: 'hotline' }), at: '2026-11-23T02:00:00+00:00' },
      { ...change('take', 'queue>agent:zhangsan', 'agent:zhangsan'), at: '2026-11-23T02:02:00.5+00:00' },
    ]
    expect(listHistory(changes, [handover], names).map((line) => line.text)).toEqual([
      '用户要求转人工 → 综合服务组排队',
      '张三接入',
      '首次人工回复（用户等了3分10秒）',
      '张三结束服务',
      '用户评价5分 非常满意',
    ])
  })

  test('a request that nobody was there for is told, and how it was dealt with', () => {
    const asked = {
      requested_at: '2026-11-22T12:00:00Z',
      reason: 'request_human',
      taken_by: 'lisi',
      result: 'done',
      ended_at: '2026-11-23T01:10:00Z',
      closing_note: '已电话答复',
    } as unknown as Handover
    expect(listHistory([], [asked], names)).toMatchObject([
      { at: '2026-11-22T12:00:00Z', text: '用户要求转人工 → 当时无人接待，转为留言' },
      { at: '2026-11-23T01:10:00Z', text: '李四处理了留言', quote: '已电话答复' },
    ])
  })

  test('a survey without an answer is not a bad rating', () => {
    const asked = { requested_at: '2026-11-23T02:00:00Z', survey: { asked_at: '2026-11-23T02:20:00Z', score: null, comment: null } } as Handover
    expect(listHistory([], [asked], names)).toMatchObject([{}, { text: '已请用户评价，还没有回应', tone: 'quiet' }])
  })
})

describe('delivery', () => {
  const open = { is_subscribed: true, may_send: true, left: 4, left_until: '2026-11-25T02:02:00Z' }

  test('says how many messages may still be sent, and until when', () => {
    expect(describeDelivery(open, now)).toEqual({ tone: 'good', text: '还可发4条，到11月25日 10:02为止' })
    expect(describeDelivery({ ...open, left: 2 }, now).tone).toBe('warning')
  })

  test('says why nothing can be sent', () => {
    expect(describeDelivery({ ...open, is_subscribed: false }, now)).toEqual({
      tone: 'bad',
      text: '用户已取消关注，消息送不到',
    })
    expect(describeDelivery({ ...open, may_send: false }, now).text).toContain('没有客服消息权限')
    expect(describeDelivery({ ...open, left: 0 }, now).text).toBe('可发的条数已用完，要等用户再发一条消息')
    expect(describeDelivery({ ...open, left_until: '2026-11-23T04:00:00Z' }, now).text).toContain('时间已过')
  })
})

describe('a passage', () => {
  const passage: Passage = {
    row_id: 'C1#materials',
    article_id: 'C1',
    topic: 'C1',
    title: '信用中国修复',
    section: '材料',
    text: '准备申请表。\n',
    document_no: '令第36号',
    checked_on: '2026-11-22',
    page_url: '/articles/C1#materials',
  }

  test('goes into the message with its source', () => {
    expect(composeInsertion(passage)).toBe('准备申请表。\n\n依据：信用中国修复·材料（令第36号，核对于2026年11月22日）')
    expect(composeInsertion({ ...passage, section: null, document_no: null, checked_on: null })).toBe(
      '准备申请表。\n\n依据：信用中国修复',
    )
  })

  test('is linked by its row', () => {
    expect(linkOf(passage)).toEqual({
      row_id: 'C1#materials',
      title: '信用中国修复',
      section: '材料',
      page_url: '/articles/C1#materials',
    })
  })

  test.each(['//elsewhere/x', 'https://elsewhere/x', 'javascript:alert(1)', '/\\elsewhere', null])(
    'the address %s is not opened',
    (page_url) => {
      expect(findPage({ page_url })).toBeNull()
    },
  )

  test('an address of our own is opened', () => {
    expect(findPage(passage)).toBe('/articles/C1#materials')
  })
})

describe('tags', () => {
  test('a tag is trimmed and stands once', () => {
    expect(addTag(['税务'], ' 信用修复 ').tags).toEqual(['税务', '信用修复'])
    expect(addTag(['税务'], '税务')).toEqual({ tags: ['税务'], refusal: '' })
    expect(addTag(['税务'], '  ').tags).toEqual(['税务'])
  })

  test('an eleventh tag and one of 17 characters are refused', () => {
    const ten = Array.from({ length: 10 }, (_, index) => `t${index}`)
    expect(addTag(ten, 'x')).toEqual({ tags: ten, refusal: '最多10个标签' })
    expect(addTag([], '字'.repeat(17))).toEqual({ tags: [], refusal: '标签最多16个字' })
    expect(addTag([], '字'.repeat(16)).refusal).toBe('')
  })

  test('used tags are not suggested again', () => {
    expect(listSuggestions(['税务', '信用修复'], ['税务'])).toEqual(['信用修复'])
    expect(removeTag(['a', 'b'], 'a')).toEqual(['b'])
  })
})

describe('times', () => {
  test('are those of Hangzhou', () => {
    expect(describeMoment('2026-11-23T02:02:00Z', now)).toBe('10:02')
    expect(describeMoment('2026-11-22T15:59:00Z', now)).toBe('11月22日 23:59')
    expect(describeMoment('2025-11-22T16:00:00Z', now)).toBe('2025年11月23日 00:00')
    expect(describeMoment('never', now)).toBe('')
  })

  test('days are today, yesterday or a date', () => {
    expect(describeDay('2026-11-22T16:00:00Z', now)).toBe('今天')
    expect(describeDay('2026-11-22T15:59:59Z', now)).toBe('昨天')
    expect(describeDay('2026-11-20T15:59:59Z', now)).toBe('11月20日')
  })

  test.each([
    [0, '0秒'],
    [59.4, '59秒'],
    [60, '1分钟'],
    [200, '3分20秒'],
    [725, '12分钟'],
    [3600, '1小时'],
    [3900, '1小时5分'],
    [null, '–'],
  ])('%s seconds read %s', (seconds, text) => {
    expect(describeSeconds(seconds)).toBe(text)
  })

  test('a clock that runs behind gives no negative wait', () => {
    expect(secondsBetween('2026-11-23T05:00:00Z', now)).toBe(0)
    expect(secondsBetween(null, now)).toBeNull()
  })
})

describe('the search while typing', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const passageOf = (title: string): Passage => ({ title }) as Passage

  function searchAnswering(answer: (query: string) => Promise<Passage[]>) {
    const asked: string[] = []
    const search = new ArticleSearch((query) => {
      asked.push(query)
      return answer(query)
    })
    return { search, asked, titles: () => search.state.passages.map((passage) => passage.title) }
  }

  test('asks once, after a pause, for what was written last', async () => {
    const { search, asked, titles } = searchAnswering(async (query) => [passageOf(query)])
    search.ask('信')
    search.ask('信用 ')
    search.ask('信用')
    await vi.advanceTimersByTimeAsync(pauseMs - 1)
    expect(asked).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(asked).toEqual(['信用'])
    expect(titles()).toEqual(['信用'])
    expect(search.state.phase).toBe('found')
  })

  test('an answer that comes late does not replace a newer one', async () => {
    const waits: Record<string, number> = { 慢: 500, 快: 10 }
    const { search, titles } = searchAnswering(async (query) => {
      await new Promise((resolve) => setTimeout(resolve, waits[query]))
      return [passageOf(query)]
    })
    search.askNow('慢')
    search.askNow('快')
    await vi.advanceTimersByTimeAsync(1000)
    expect(titles()).toEqual(['快'])
  })

  test('what was cleared stays empty, though an answer was on its way', async () => {
    const { search, titles } = searchAnswering(async (query) => [passageOf(query)])
    search.askNow('信用')
    search.ask('')
    await vi.advanceTimersByTimeAsync(1000)
    expect(titles()).toEqual([])
    expect(search.state.phase).toBe('idle')
  })

  test('a failure is told in words, and the same can be asked again', async () => {
    let isUp = false
    const { search, titles } = searchAnswering(async (query) => {
      if (!isUp) throw new ApiError(503, 'unavailable', '知识库暂时不可用')
      return [passageOf(query)]
    })
    search.askNow('信用')
    await vi.advanceTimersByTimeAsync(0)
    expect(search.state).toMatchObject({ phase: 'failed', failure: '知识库暂时不可用' })

    isUp = true
    search.askNow('信用')
    await vi.advanceTimersByTimeAsync(0)
    expect(titles()).toEqual(['信用'])
    expect(search.state.failure).toBe('')
  })
})
