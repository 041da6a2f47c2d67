import { expect, test } from 'vitest'
import { applyEvent, logLimit, needsReload, viewOf } from '../src/client/view'
import { bubbleOf, entryOf, noFaults, stateOf } from './fakes'

test('bubbles stand in order of their ids, whatever order they come in', () => {
  const view = [bubbleOf(3), bubbleOf(2)].reduce(
    (seen, data) => applyEvent(seen, { type: 'bubble', data }),
    viewOf(stateOf([bubbleOf(1)])),
  )

  expect(view.bubbles.map((bubble) => bubble.id)).toEqual([1, 2, 3])
})

test('a changed bubble takes the place of its earlier version', () => {
  const before = viewOf(stateOf([bubbleOf(1, { state: 'sending' }), bubbleOf(2)]))

  const after = applyEvent(before, { type: 'bubble', data: bubbleOf(1, { state: 'sent' }) })

  expect(after.bubbles.map((bubble) => [bubble.id, bubble.state])).toEqual([
    [1, 'sent'],
    [2, null],
  ])
  expect(before.bubbles[0]?.state).toBe('sending')
})

test('the account stops typing with its own words, not with those of the user', () => {
  const typing = applyEvent(viewOf(stateOf()), { type: 'typing', data: { active: true } })

  const afterUser = applyEvent(typing, { type: 'bubble', data: bubbleOf(1, { sender: 'user' }) })
  const afterAccount = applyEvent(afterUser, { type: 'bubble', data: bubbleOf(2) })

  expect([typing.isTyping, afterUser.isTyping, afterAccount.isTyping]).toEqual([true, true, false])
})

test('quota and log follow their events, the log within bounds and each entry once', () => {
  const quota = { message: { left: 4, until: '2026-11-24T15:20:00+08:00' }, event: { left: 0, until: null } }
  let view = applyEvent(viewOf(stateOf()), { type: 'quota', data: quota })
  for (let id = 1; id <= logLimit + 5; id += 1) view = applyEvent(view, { type: 'log', data: entryOf(id) })

  view = applyEvent(view, { type: 'log', data: entryOf(logLimit + 5, { outcome: 'timeout' }) })

  expect(view.quota.message.left).toBe(4)
  expect(view.log).toHaveLength(logLimit)
  expect(view.log[0]?.id).toBe(6)
  expect(view.log.at(-1)?.outcome).toBe('timeout')
})

test('the state is read again after calls whose effect no event tells', () => {
  const faults = { ...noFaults, api_errors: { '/cgi-bin/message/custom/send': [45015] } }
  const view = viewOf(stateOf([], { faults }))
  const call = (what: string): boolean => needsReload(view, entryOf(1, { kind: 'api', what }))

  expect(call('/cgi-bin/menu/create')).toBe(true)
  expect(call('/cgi-bin/message/custom/send')).toBe(true)
  expect(call('/cgi-bin/stable_token')).toBe(false)
  expect(needsReload(view, entryOf(1, { what: 'menu/create' }))).toBe(false)
})
