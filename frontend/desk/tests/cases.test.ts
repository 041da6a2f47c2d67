import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createDeskApi } from '../src/api/client'
import type { CaseCard, CaseDetail, CaseDraft, CaseEvent, CasePage, CaseQuery, CaseSetup, CaseState, CaseTransition } from '../src/api/caseTypes'
import { ApiError } from '../src/api/errors'
import { changeForms, listActions } from '../src/cases/caseChanges'
import {
  checkCase,
  copyCase,
  createCaseOf,
  createEmptyCase,
  findConflicts,
  findEdits,
  mergeCase,
  tidyCase,
} from '../src/cases/caseForm'
import { caseKeys, findCaseAction } from '../src/cases/caseKeys'
import { CaseList } from '../src/cases/caseList'
import { countFilters, listBoxes, readView, withoutFilters, writeView } from '../src/cases/caseQuery'
import { describeDue, describeEvent, stateShapes } from '../src/cases/caseText'
import { checkCreditCode, normaliseCreditCode } from '../src/cases/creditCode'
import { groupDepartments } from '../src/cases/departments'
import { maskPhone } from '../src/cases/phone'
import type { Key } from '../src/keys/shortcuts'
import { makeEntry, makeHandover } from './fakes'

const goodCode = '91330106MA2CFLDG4R'

function cardOf(id: string, change: Partial<CaseCard> = {}): CaseCard {
  return {
    id,
    number: `YS20261123${id.padStart(6, '0')}`,
    title: '变更登记被退回',
    type: 'help',
    state: 'accepted',
    urgency: 'normal',
    subject: null,
    district: null,
    department: null,
    department_title: null,
    assignee: null,
    enterprise: null,
    filed_at: '2026-11-23T02:00:00Z',
    last_at: '2026-11-23T02:00:00Z',
    due_on: '2026-11-30',
    due_provisional: false,
    days_left: 5,
    is_overdue: false,
    escalation_level: 0,
    source: 'desk',
    version: 1,
    ...change,
  }
}

function detailOf(change: Partial<CaseDetail> = {}): CaseDetail {
  return {
    ...cardOf('1'),
    what: '材料齐全还是被退回',
    place: '',
    since: '',
    wish: '',
    contact: { name: '王经理', phone: '13800000000' },
    answer: null,
    result: null,
    rating: null,
    rating_comment: null,
    conversation_id: null,
    handover_id: null,
    can: [],
    events: [],
    links: [],
    can_edit: true,
    filed_by_name: '张敏',
    ...change,
  }
}

const setup = {
  transitions: { assign: { title: '转部门' }, close: { title: '办结' }, answer: { title: '答复' } },
  departments: [{ id: 'amr', title: '市场监管局', subjects: [] }],
  results: { solved: '已解决' },
} as unknown as CaseSetup

describe('the promised day in words', () => {
  test.each<[number | null, boolean, string, string]>([
    [2, false, '还剩2个工作日', 'plain'],
    [1, false, '还剩1个工作日', 'warning'],
    [0, false, '今天到期', 'warning'],
    [0, true, '已超期', 'bad'],
    [-3, true, '超期3个工作日', 'bad'],
  ])('%s working days, over: %s', (days_left, is_overdue, text, tone) => {
    expect(describeDue({ state: 'in_progress', days_left, is_overdue })).toMatchObject({ text, tone })
  })

  test('each urgency has a shape of its own, so that colour alone tells nothing', () => {
    const shapes = [5, 0, -1].map((days_left) => describeDue({ state: 'accepted', days_left, is_overdue: days_left < 0 })?.shape)
    expect(new Set(shapes).size).toBe(3)
    expect(new Set(Object.values(stateShapes)).size).toBe(Object.keys(stateShapes).length)
  })

  test('nobody has to keep to it while the enterprise is asked, nor after the answer', () => {
    expect(describeDue({ state: 'waiting', days_left: null, is_overdue: false })?.text).toBe('等企业补充，不计时')
    for (const state of ['answered', 'closed', 'rejected', 'withdrawn'] as CaseState[]) {
      expect(describeDue({ state, days_left: -2, is_overdue: true })).toBeNull()
    }
  })
})

describe('the history in words', () => {
  const eventOf = (change: Partial<CaseEvent>): CaseEvent => ({
    id: 1,
    kind: 'state',
    transition: null,
    from_state: null,
    to_state: null,
    text: '',
    detail: null,
    by: 'agent:zhang',
    by_name: '张敏',
    is_internal: false,
    at: '2026-11-23T02:00:00Z',
    ...change,
  })

  test('says who did what, and to whom it went', () => {
    expect(describeEvent(eventOf({ transition: 'assign', detail: { department: 'amr' } }), setup).text).toBe('张敏 转给市场监管局')
    expect(describeEvent(eventOf({ transition: 'close', detail: { result: 'solved' } }), setup).text).toBe('张敏 办结：已解决')
    expect(describeEvent(eventOf({ kind: 'edit', detail: { title: ['a', 'b'], district: [null, '上城区'] } }), setup).text).toBe(
      '张敏 修改了标题、区县',
    )
  })

  test('somebody in the chat has no name here, and what is not known stays harmless', () => {
    expect(describeEvent(eventOf({ kind: 'addition', by: 'holder', by_name: '', text: '补一张照片' }), setup)).toMatchObject({
      text: '企业 补充了说明',
      quote: '补一张照片',
    })
    expect(describeEvent(eventOf({ transition: 'assign', detail: null }), setup).text).toBe('张敏 转给部门')
  })
})

describe('what the list is asked for', () => {
  const boxes = listBoxes('agent')

  test('stands in the address and comes back from it', () => {
    const view = readView({ box: 'overdue', q: '水费', district: '上城区' }, boxes)
    expect(readView(writeView(view, boxes), boxes)).toEqual(view)
    expect(writeView(readView({}, boxes), boxes)).toEqual({})
  })

  test('an unknown box is the first one', () => {
    expect(readView({ box: 'nowhere' }, boxes).box).toBe('open')
  })

  test('a department has no box of one person', () => {
    expect(listBoxes('department')).not.toContain('mine')
    expect(readView({ box: 'mine' }, listBoxes('department')).box).toBe('open')
  })

  test('filters are counted and taken away together', () => {
    const view = readView({ q: '水费', type: 'help', state: 'waiting', credit_code: goodCode }, boxes)
    expect(countFilters(view)).toBe(3)
    expect(countFilters(withoutFilters(view))).toBe(0)
    expect(withoutFilters(view).q).toBe('水费')
  })
})

describe('the list', () => {
  let calls: CaseQuery[] = []
  let pages: (CasePage | ApiError)[] = []
  const counts = { open: 1, mine: 0, overdue: 0, waiting: 0 }
  const pageOf = (ids: string[], next: string | null = null): CasePage => ({ cases: ids.map((id) => cardOf(id)), next, counts })
  const list = (): CaseList =>
    new CaseList({
      listCases: async (asked) => {
        calls.push(asked)
        const page = pages.shift() ?? pageOf([])
        if (page instanceof ApiError) throw page
        return page
      },
    })
  const idsOf = (known: CaseList): string[] | undefined => known.state.cases?.map(({ id }) => id)

  beforeEach(() => {
    calls = []
    pages = []
  })

  test('goes on page by page, and shows a case that moved between pages once', async () => {
    const known = list()
    pages = [pageOf(['1', '2'], 'c1'), pageOf(['2', '3'])]
    await known.show({ box: 'open' })
    await known.loadMore()
    expect(idsOf(known)).toEqual(['1', '2', '3'])
    expect(calls[1]).toMatchObject({ box: 'open', before: 'c1' })
    expect(known.state.hasMore).toBe(false)
    await known.loadMore()
    expect(calls).toHaveLength(2)
  })

  test('shows no answer to what is not asked any more', async () => {
    const known = list()
    let release: (page: CasePage) => void = () => undefined
    const slow = new Promise<CasePage>((resolve) => (release = resolve))
    const raced = new CaseList({ listCases: vi.fn().mockReturnValueOnce(slow).mockResolvedValueOnce(pageOf(['new'])) })
    const first = raced.show({ q: 'a' })
    await raced.show({ q: 'ab' })
    release(pageOf(['old']))
    await first
    expect(idsOf(raced)).toEqual(['new'])
    expect(idsOf(known)).toBeUndefined()
  })

  test('keeps what it shows when the line is gone, and says so', async () => {
    const known = list()
    pages = [pageOf(['1']), new ApiError(0, 'unreachable', '连接不上服务器')]
    await known.show({})
    await known.refresh()
    expect(idsOf(known)).toEqual(['1'])
    expect(known.state.failure).toBe('连接不上服务器')
  })

  test('walks to the neighbour, from nothing to the first, and not beyond the ends', async () => {
    const known = list()
    pages = [pageOf(['1', '2'])]
    await known.show({})
    expect(known.neighbourOf(null, 1)?.id).toBe('1')
    expect(known.neighbourOf('1', 1)?.id).toBe('2')
    expect(known.neighbourOf('2', 1)).toBeUndefined()
    expect(known.neighbourOf('1', -1)).toBeUndefined()
  })

  test('shows a change at once', async () => {
    const known = list()
    pages = [pageOf(['1'])]
    await known.show({})
    known.keep(detailOf({ id: '1', state: 'closed', version: 2 }))
    expect(known.state.cases?.[0]).toMatchObject({ state: 'closed', version: 2 })
  })
})

describe('the credit code', () => {
  test.each([goodCode, '91330106ma2cfldg4r', '9133 0106 MA2C FLDG 4R', '', '91350100M000100Y43'])('%s can be sent', (code) => {
    expect(checkCreditCode(code)).toBe('')
  })

  test.each([
    ['91330106MA2CFLDG46', '校验位'],
    ['91330160MA2CFLDG4R', '校验位'],
    ['91330106MA2CFLDG4', '18位，现在是17位'],
    ['9133O106MA2CFLDG4R', '不会有“O”'],
    ['杭州某某公司', '不会有“杭”'],
  ])('%s is refused with what is wrong', (code, words) => {
    expect(checkCreditCode(code)).toContain(words)
  })

  test('is sent in capitals without blanks, also when typed full width', () => {
    expect(normaliseCreditCode(' ９１33-0106 ma2cfldg4r ')).toBe(goodCode)
  })
})

describe('a case while it is written', () => {
  const draft: CaseDraft = { ...createEmptyCase(), what: '材料齐全还是被退回' }

  test('needs only what happened', () => {
    expect(checkCase(draft)).toEqual({})
    expect(Object.keys(checkCase(createEmptyCase()))).toEqual(['what'])
  })

  test.each(['13800000000', '138 0000 0000', '+86 13800000000', '0571-87654321', '87654321'])('can be called at %s', (contact_phone) => {
    expect(checkCase({ ...draft, contact_phone })).toEqual({})
  })

  test.each(['12345', '1380000000', '打给老王'])('cannot be called at %s', (contact_phone) => {
    expect(checkCase({ ...draft, contact_phone }).contact_phone).toContain('电话号码不对')
  })

  test('names the field that is too long, counted in characters', () => {
    expect(checkCase({ ...draft, title: '字'.repeat(61) }).title).toBe('最多60个字')
    expect(checkCase({ ...draft, title: '😀'.repeat(60) })).toEqual({})
  })

  test('a credit code comes with the name that belongs to it', () => {
    expect(checkCase({ ...draft, credit_code: goodCode }).enterprise_name).toContain('企业名称')
    expect(checkCase({ ...draft, credit_code: goodCode, enterprise_name: '示例科技' })).toEqual({})
  })

  test('is sent tidy', () => {
    expect(tidyCase({ ...draft, title: ' 退回 ', credit_code: goodCode.toLowerCase(), subject: '' })).toMatchObject({
      title: '退回',
      credit_code: goodCode,
      subject: null,
    })
  })

  test('begins with what the chat already told', () => {
    const handover = makeHandover({ matter: '要投诉物业断电', reason: 'complain', subject: 'utilities', contact: { phone: '13800000000', text: '' } })
    const summary = {
      matter: '',
      asked: ['要投诉物业断电', '断电该找谁'],
      answered: [],
      facts: [{ name: '统一社会信用代码', value: goodCode }],
    }
    expect(createCaseOf({ entry: makeEntry('a', { handover }), summary })).toMatchObject({
      type: 'complaint',
      what: '要投诉物业断电\n断电该找谁',
      subject: 'utilities',
      contact_phone: '13800000000',
      credit_code: goodCode,
    })
  })

  test('a chat that told nothing begins an empty case', () => {
    expect(createCaseOf({ entry: makeEntry('a', { handover: null }), summary: null })).toEqual(createEmptyCase())
  })
})

describe('two people who change one case', () => {
  const base = copyCase(detailOf())

  test('send only what they changed, and an emptied field as empty', () => {
    expect(findEdits(base, base)).toEqual({})
    expect(findEdits(base, { ...base, contact_name: '', title: ' 新标题 ' })).toEqual({ contact_name: '', title: '新标题' })
  })

  test('keep both changes where they are in different fields', () => {
    const theirs = { ...base, district: '上城区' }
    const ours = { ...base, title: '新标题' }
    expect(mergeCase(base, theirs, ours)).toEqual({ ...base, district: '上城区', title: '新标题' })
    expect(findConflicts(base, theirs, mergeCase(base, theirs, ours))).toEqual([])
  })

  test('see where they wrote different things, and nothing typed is lost', () => {
    const theirs = { ...base, title: '他的标题' }
    const ours = { ...base, title: '我的标题' }
    expect(findConflicts(base, theirs, ours)).toEqual(['title'])
    expect(mergeCase(base, theirs, ours).title).toBe('我的标题')
  })
})

describe('what may be done', () => {
  test('is what the server says, in the order of the buttons, without what only the enterprise does', () => {
    expect(listActions(['assign', 'accept', 'reopen', 'reject'])).toEqual(['accept', 'assign', 'reject'])
    expect(listActions([])).toEqual([])
  })

  test('every change but the start and the answer asks in a dialog first', () => {
    const all: CaseTransition[] = ['accept', 'reject', 'assign', 'send_back', 'ask_more', 'supplement', 'close', 'withdraw']
    expect(Object.keys(changeForms).sort()).toEqual([...all].sort())
  })
})

describe('which department', () => {
  const amr = { id: 'amr', title: '市场监管局', subjects: ['company_change'], districts: [] }
  const upper = { id: 'upper', title: '上城区局', subjects: ['company_change'], districts: ['上城区'] }
  const tax = { id: 'tax', title: '税务局', subjects: ['tax'], districts: [] }
  const all = [tax, amr, upper]

  test('the one of subject and district first, then the subject', () => {
    const { suggested, others } = groupDepartments(all, { subject: 'company_change', district: '上城区' })
    expect(suggested).toEqual([upper, amr])
    expect(others).toEqual([tax])
  })

  test('never one of another district', () => {
    expect(groupDepartments(all, { subject: 'company_change', district: '西湖区' }).suggested).toEqual([amr])
  })

  test('none without subject and district', () => {
    expect(groupDepartments(all, { subject: null, district: null }).suggested).toEqual([])
  })
})

describe('the keys', () => {
  const key = (pressed: string, change: Partial<Key> = {}): Key => ({
    code: '',
    key: pressed,
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    isComposing: false,
    repeat: false,
    ...change,
  })

  test('each key of the help does what the help says', () => {
    for (const { action, keys } of caseKeys) for (const pressed of keys) expect(findCaseAction(key(pressed), 'page')).toBe(action)
  })

  test('no two actions share a key', () => {
    const keys = caseKeys.flatMap((known) => known.keys)
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('letters are text where one writes, and only Esc leaves', () => {
    expect(findCaseAction(key('a'), 'field')).toBeNull()
    expect(findCaseAction(key('Escape'), 'field')).toBe('leave')
  })

  test('Enter on a button is the button’s', () => {
    expect(findCaseAction(key('Enter'), 'button')).toBeNull()
    expect(findCaseAction(key('j'), 'button')).toBe('next')
  })

  test('the browser’s own keys, an input method and a key held down change no case', () => {
    expect(findCaseAction(key('c', { ctrlKey: true }), 'page')).toBeNull()
    expect(findCaseAction(key('a', { isComposing: true }), 'page')).toBeNull()
    expect(findCaseAction(key('c', { repeat: true }), 'page')).toBeNull()
    expect(findCaseAction(key('j', { repeat: true }), 'page')).toBe('next')
  })
})

test('a phone number is recognised but cannot be called before it is asked for', () => {
  expect(maskPhone('13800001234')).toBe('138****1234')
  expect(maskPhone('87654321')).toBe('87***4321')
  expect(maskPhone('110')).toBe('11***0')
})

test('a change goes to the case’s address with the version that was seen', async () => {
  const sent: [string, RequestInit][] = []
  const fetchNow = (async (path: string, init: RequestInit) => {
    sent.push([path, init])
    return new Response(JSON.stringify({ case: detailOf({ id: 'a/b' }) }))
  }) as unknown as typeof fetch
  const api = createDeskApi(() => undefined, fetchNow)
  const changed = await api.changeCase('a/b', { transition: 'answer', version: 3, text: '可以' })
  expect(changed.id).toBe('a/b')
  expect(sent[0]![0]).toBe('/api/desk/cases/a%2Fb/changes')
  expect(JSON.parse(String(sent[0]![1].body))).toEqual({ transition: 'answer', version: 3, text: '可以' })
})
