import { describe, expect, test } from 'vitest'
import type { Binding, Evidence, WorkItem } from '../src/api/caseTypes'
import { describeAskers, describeTold, listActions, markWords, placeOfEvidence } from '../src/demand/demandText'
import { composeLetter, describeWay, orderBindings, stateOfBinding } from '../src/enterprises/enterpriseText'

const now = new Date('2026-11-23T02:00:00Z')

function bindingOf(id: string, change: Partial<Binding> = {}): Binding {
  return {
    id,
    channel: 'wechat',
    role: 'handler',
    role_title: '经办人',
    person_name: '王经理',
    method: 'invitation',
    created_at: '2026-11-01T02:00:00Z',
    expires_at: '2027-05-01T02:00:00Z',
    revoked_at: null,
    ...change,
  }
}

describe('who speaks for an enterprise', () => {
  test('does so until the day is over, or until somebody ended it', () => {
    expect(stateOfBinding(bindingOf('a'), now)).toBe('live')
    expect(stateOfBinding(bindingOf('a', { expires_at: now.toISOString() }), now)).toBe('expired')
    expect(stateOfBinding(bindingOf('a', { revoked_at: '2026-11-20T02:00:00Z' }), now)).toBe('revoked')
  })

  test('comes before those who did, the newest first', () => {
    const bindings = [
      bindingOf('over', { revoked_at: '2026-11-20T02:00:00Z', created_at: '2026-11-19T02:00:00Z' }),
      bindingOf('old'),
      bindingOf('new', { created_at: '2026-11-10T02:00:00Z' }),
    ]
    expect(orderBindings(bindings, now).map(({ id }) => id)).toEqual(['new', 'old', 'over'])
  })

  test('is known by a channel and a way, whatever they are', () => {
    expect(describeWay(bindingOf('a'))).toBe('微信 · 邀请码')
    expect(describeWay(bindingOf('a', { channel: 'fax', method: 'stamp' }))).toBe('fax · stamp')
  })
})

describe('the words that go with an invitation', () => {
  const issued = { code: 'ABCD-EFGH-JKMN', link: '/bind#ABCD-EFGH-JKMN', expires_at: '2026-11-26T02:00:00Z' }
  const to = { enterprise: '示例科技', role: 'legal_representative' as const, name: '李四' }

  test('say who, for which enterprise, how, until when, and not to pass it on', () => {
    const letter = composeLetter(issued, to, now, 'https://example.test')
    for (const words of ['李四，您好', '示例科技的法定代表人', '绑定 ABCD-EFGH-JKMN', '11月26日 10:00', '不要转发']) expect(letter).toContain(words)
  })

  test('name the whole address, and none where there is none', () => {
    expect(composeLetter(issued, to, now, 'https://example.test')).toContain('https://example.test/bind#ABCD-EFGH-JKMN')
    expect(composeLetter({ ...issued, link: '' }, to, now, 'https://example.test')).not.toContain('链接')
  })
})

describe('a demand of many', () => {
  const item = { state: 'done', askers: 12, size: 18, to_tell: 12, told: 3 } as WorkItem

  test('counts who asked, not only how often', () => {
    expect(describeAskers(item)).toBe('12家企业或用户问过，共18次')
    expect(describeAskers({ askers: 5, size: 5 })).toBe('5家企业或用户问过')
  })

  test('says how far the message has come, only when there is one', () => {
    expect(describeTold(item)).toBe('已通知3/12人')
    expect(describeTold({ ...item, told: 12 })).toBe('12人都通知到了')
    expect(describeTold({ ...item, to_tell: 0, told: 0 })).toBe('没有能通知到的人')
    expect(describeTold({ ...item, state: 'accepted' })).toBe('')
  })

  test('is decided, and then done, placed elsewhere, or not done after all', () => {
    expect(listActions({ state: 'proposed' })).toEqual(['accept', 'decline'])
    expect(listActions({ state: 'accepted' })).toEqual(['done', 'link', 'decline'])
    expect(listActions({ state: 'declined' })).toEqual([])
  })

  test('marks the words in common, the longer before the shorter, and no pattern by accident', () => {
    const pieces = markWords('水电费(a+b)太高', ['水', '水电费', '(a+b)'])
    expect(pieces.filter(({ isMarked }) => isMarked).map(({ text }) => text)).toEqual(['水电费', '(a+b)'])
    expect(pieces.map(({ text }) => text).join('')).toBe('水电费(a+b)太高')
    expect(markWords('没有', [])).toEqual([{ text: '没有', isMarked: false }])
  })

  test('leads from each piece of evidence to its case or its chat', () => {
    const evidence = { kind: 'question', page: 'c1' } as Evidence
    expect(placeOfEvidence(evidence)).toEqual({ page: 'chats', id: 'c1' })
    expect(placeOfEvidence({ ...evidence, kind: 'case' }).page).toBe('cases')
  })
})
