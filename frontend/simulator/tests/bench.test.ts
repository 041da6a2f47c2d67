import { expect, test } from 'vitest'
import { addApiFault, listApiFaults, removeApiFault } from '../src/bench/apiFaults'
import { readFields } from '../src/bench/eventFields'
import { describeDuration, describeEntry } from '../src/bench/logLine'
import { readMenu } from '../src/client/menu'
import { entryOf, noFaults } from './fakes'

const send = '/cgi-bin/message/custom/send'

test('faults of calls are added beside those that are set', () => {
  const faults = { ...noFaults, api_errors: { '/cgi-bin/stable_token': [-1] } }

  expect(addApiFault(faults, send, 'error', '45015，-1')).toEqual({
    api_errors: { '/cgi-bin/stable_token': [-1], [send]: [45015, -1] },
  })
  expect(addApiFault(faults, send, 'delay', '2.5')).toEqual({ api_delay_s: { [send]: 2.5 } })
  expect(addApiFault(faults, send, 'drop-before', '2')).toEqual({ api_drop: { [send]: 2 }, when: 'before' })
})

test('a value that does not fit its kind adds nothing', () => {
  expect(addApiFault(noFaults, send, 'error', '')).toBeNull()
  expect(addApiFault(noFaults, send, 'error', '45015 oops')).toBeNull()
  expect(addApiFault(noFaults, send, 'delay', '0')).toBeNull()
  expect(addApiFault(noFaults, send, 'drop-after', '1.5')).toBeNull()
})

test('what is set can be read and taken away, and what is used up is not shown', () => {
  const faults = {
    ...noFaults,
    api_errors: { [send]: [45015, -1], '/x': [] },
    api_drop: { [send]: 0 },
    api_delay_s: { '/x': 3 },
  }

  const listed = listApiFaults(faults)

  expect(listed.map((fault) => fault.text)).toEqual(['发送客服消息：返回 45015、-1', '/x：晚答 3 秒'])
  expect(listed[0] && removeApiFault(faults, listed[0])).toEqual({ api_errors: { '/x': [] } })
})

test('a log entry says what went where and how it ended', () => {
  expect(describeEntry(entryOf(1))).toEqual({ direction: '→', title: '文字', result: '200 已应答', tone: 'good' })
  expect(describeEntry(entryOf(2, { what: 'event:CLICK', attempt: 2, status: null, outcome: 'timeout' }))).toEqual({
    direction: '→',
    title: '事件 CLICK（第 2 次）',
    result: '超时',
    tone: 'bad',
  })
  expect(describeEntry(entryOf(3, { status: 500, outcome: 'failed' })).tone).toBe('bad')
  expect(describeEntry(entryOf(4, { kind: 'api', what: send, code: 0, outcome: 'ok' }))).toMatchObject({
    title: '发送客服消息',
    result: '成功',
    tone: 'good',
  })
  expect(describeEntry(entryOf(5, { kind: 'api', what: send, code: 45015, outcome: 'x' }))).toMatchObject({
    result: 'errcode 45015 不在可回复的时间内',
    tone: 'bad',
  })
  expect(describeEntry(entryOf(6, { kind: 'api', what: '/x', status: null, outcome: 'dropped' }))).toMatchObject({
    result: '已断开',
    tone: 'bad',
  })
  expect([describeDuration(12.4), describeDuration(5012), describeDuration(null)]).toEqual(['12 ms', '5.0 s', ''])
})

test('fields of an event are read line by line', () => {
  expect(readFields('EventKey=a=b\n Latitude = 30.2 \nnonsense\n')).toEqual({ EventKey: 'a=b', Latitude: '30.2' })
})

test('the menu is read in both forms in which the platform gives it', () => {
  const item = { type: 'click', name: '执照', key: 'k1' }
  const created = {
    button: [
      { name: '办事', sub_button: [item] },
      { type: 'view', name: '官网', url: 'https://a.cn/' },
    ],
  }
  const asked = { selfmenu_info: { button: [{ name: '办事', sub_button: { list: [item] } }, created.button[1]] } }

  const menu = readMenu(created)

  expect(menu.map((button) => button.name)).toEqual(['办事', '官网'])
  expect(menu[0]?.subButtons[0]).toMatchObject({ type: 'click', key: 'k1' })
  expect(readMenu(asked)).toEqual(menu)
  expect(readMenu(created.button)).toEqual(menu)
  expect(readMenu(null)).toEqual([])
})
