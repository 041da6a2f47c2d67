import { describe, expect, test } from 'vitest'
import { checkAdditions, describeField, draftOf, findAdditions, lacksSource, mergeDrafts, splitNames } from '../src/tasks/additions'
import { readDay } from '../src/tasks/days'
import { Loader } from '../src/tasks/loader'
import { checkProgress, cleanProgress, linkOf, listPoints, orderProgress, readNumber } from '../src/tasks/progress'
import { ApiError } from '../src/api/errors'
import { makeAdditions, makeProgress } from './taskFakes'

const empty = draftOf({ additions: makeAdditions() })
const known = draftOf({
  additions: makeAdditions({ lead_unit: '市司法局', team: ['甲', '乙'], due_on: '2026-12-31', state: '推进中', source: '12号文' }),
})

test.each([
  ['2026-12-31', '2026-12-31'],
  ['2026/1/5', '2026-01-05'],
  ['２０２６年３月８日', '2026-03-08'],
  ['20261231', '2026-12-31'],
  ['2026-02-30', null],
  ['12月31日', null],
  ['明年', null],
])('the day %s is %s', (text, day) => {
  expect(readDay(text)).toBe(day)
})

describe('what is added to a task', () => {
  test('is sent only where it changed', () => {
    expect(findAdditions(known, { ...known })).toEqual({})
    expect(findAdditions(known, { ...known, team: '甲，乙', leader: ' 陈晓明 ', due_on: '' })).toEqual({ leader: '陈晓明', due_on: null })
    expect(findAdditions(known, { ...known, team: '乙\n丙', due_on: '2027/1/31' })).toEqual({ team: ['乙', '丙'], due_on: '2027-01-31' })
  })

  test('is checked before it is sent', () => {
    expect(checkAdditions(known)).toEqual({})
    expect(checkAdditions({ ...empty, due_on: '年底' })).toEqual({ due_on: '请写成2026-12-31这样的日期' })
    expect(checkAdditions({ ...empty, due_on: '1999-12-31' })).toEqual({ due_on: '须在2000年到2099年之间' })
    expect(checkAdditions({ ...empty, started_on: '2026/12/31', due_on: '2026-6-1' })).toEqual({ started_on: '开始日期晚于期限，请核对' })
    expect(checkAdditions({ ...empty, leader: '字'.repeat(70) })).toEqual({ leader: '负责人最多64个字，超出6个字' })
    expect(checkAdditions({ ...empty, team: Array.from({ length: 31 }, (_, index) => `单位${index}`).join('、') })).toEqual({ team: '成员最多30个' })
  })

  test('should say where it is known from', () => {
    expect(lacksSource(empty)).toBe(false)
    expect(lacksSource({ ...empty, leader: '陈晓明' })).toBe(true)
    expect(lacksSource(known)).toBe(false)
  })

  test('reads names however they are parted, each once', () => {
    expect(splitNames('甲、乙，甲；丙\n\n丁 ')).toEqual(['甲', '乙', '丙', '丁'])
  })

  test('is shown as people write it', () => {
    expect(describeField('due_on', '2026-12-31')).toBe('2026年12月31日')
    expect(describeField('team', ['甲', '乙'])).toBe('甲、乙')
    expect([describeField('team', []), describeField('leader', ''), describeField('due_on', null)]).toEqual(['（空）', '（空）', '（空）'])
  })
})

describe('when a colleague saved first', () => {
  test('what only they changed is theirs, and what one typed stays', () => {
    const mine = { ...known, leader: '陈晓明' }
    const theirs = { ...known, lead_unit: '市发改委' }
    const merged = mergeDrafts(known, mine, theirs)
    expect(merged.draft).toEqual({ ...known, lead_unit: '市发改委', leader: '陈晓明' })
    expect(merged.taken).toEqual(['lead_unit'])
    expect(merged.collisions).toEqual([])
    expect(findAdditions(theirs, merged.draft)).toEqual({ leader: '陈晓明' })
  })

  test('and both changed the same field, one is told and nothing typed is lost', () => {
    const merged = mergeDrafts(known, { ...known, due_on: '2027-01-31' }, { ...known, due_on: '2026-11-30' })
    expect(merged.draft.due_on).toBe('2027-01-31')
    expect(merged.collisions).toEqual([{ field: 'due_on', theirs: '2026年11月30日' }])
  })

  test('and both wrote the same, there is nothing to decide', () => {
    const merged = mergeDrafts(known, { ...known, state: '已完成' }, { ...known, state: '已完成' })
    expect(merged.collisions).toEqual([])
    expect(findAdditions({ ...known, state: '已完成' }, merged.draft)).toEqual({})
  })
})

describe('a progress entry', () => {
  const entry = { on: '2026-11-20', value: '86.5', note: '', evidence: '月报' }

  test.each([
    ['86.5', '%', '86.5'],
    ['1，500亿元', '亿元', '1500'],
    ['９５％', '%', '95'],
    ['-3', '', '-3'],
    ['三成', '%', null],
    ['1e9', '', null],
    ['', '%', null],
  ])('with the number %s in %s has the value %s', (text, unit, value) => {
    expect(readNumber(text, unit)).toBe(value)
  })

  test('needs a day that has been, a number or words, and its evidence', () => {
    expect(checkProgress(entry, '%', '2026-11-23')).toEqual({})
    expect(checkProgress({ on: '2026-11-24', value: '多', note: '', evidence: ' ' }, '%', '2026-11-23')).toEqual({
      on: '日期还没有到，请填已经发生的进展',
      value: '请只填数字，例如 86.5',
      evidence: '请写明依据：文号、链接或材料存放处',
    })
    expect(checkProgress({ ...entry, on: '', value: '' }, '%', '2026-11-23')).toEqual({ on: '请填日期', note: '数值和说明至少填一项' })
    expect(checkProgress({ ...entry, value: '', note: '已挂牌' }, '', '2026-11-23')).toEqual({})
  })

  test('is sent as bare numbers and days', () => {
    expect(cleanProgress({ on: '2026/11/2', value: ' 86.5% ', note: ' 好 ', evidence: '月报 ' }, '%')).toEqual({
      on: '2026-11-02',
      value: '86.5',
      note: '好',
      evidence: '月报',
    })
  })

  test('of the newest day comes first, and of one day the one written last', () => {
    const entries = [makeProgress(1), makeProgress(3, { on: '2026-09-30' }), makeProgress(2)]
    expect(orderProgress(entries).map(({ id }) => id)).toEqual([3, 2, 1])
  })

  test('counts in the chart unless it was withdrawn, replaced or only words', () => {
    const entries = [
      makeProgress(1, { value: '10' }),
      makeProgress(2, { value: '20' }),
      makeProgress(3, { on: '2026-09-30', value: '99', withdrawn_at: '2026-10-01T00:00:00Z' }),
      makeProgress(4, { on: '2026-10-30', value: '' }),
      makeProgress(5, { on: '2026-03-31', value: '5' }),
    ]
    expect(listPoints(entries)).toEqual([
      { on: '2026-03-31', value: 5 },
      { on: '2026-06-30', value: 20 },
    ])
  })

  test('links only to a web address', () => {
    expect(linkOf('https://www.hangzhou.gov.cn/a?b=1')).toBe('https://www.hangzhou.gov.cn/a?b=1')
    expect([linkOf('javascript:alert(1)'), linkOf('见 https://a.cn 第3页'), linkOf('杭营商办〔2026〕3号')]).toEqual([null, null, null])
  })
})

describe('what is loaded', () => {
  test('late does not cover what was asked for after it', async () => {
    const loader = new Loader<string>()
    let answerFirst = (_: string): void => undefined
    const first = loader.load(() => new Promise((resolve) => (answerFirst = resolve)))
    await loader.load(async () => 'second')
    answerFirst('first')
    await first
    expect(loader.state).toEqual({ value: 'second', isLoading: false, failure: '' })
  })

  test('stays when a later call fails, and the failure is told', async () => {
    const loader = new Loader<string>()
    await loader.load(async () => 'known')
    await loader.load(() => Promise.reject(new ApiError(503, 'unavailable', '服务器暂时出了问题，请稍后再试。')))
    expect(loader.state).toEqual({ value: 'known', isLoading: false, failure: '服务器暂时出了问题，请稍后再试。' })
  })
})
