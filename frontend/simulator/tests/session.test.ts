import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ControlApi } from '../src/client/api'
import type { State } from '../src/client/model'
import { Session } from '../src/client/session'
import { bubbleOf, entryOf, FakeSimulator, FakeSource, noFaults, stateOf, userOf } from './fakes'

const sources: FakeSource[] = []
const memory = new Map<string, string>()

/** A simulator with these users, whose answers a test may change meanwhile. */
function answersOf(...states: State[]): Record<string, { status?: number; body: unknown }> {
  const [state] = states
  return {
    'GET /simulator/state': { body: state },
    ...Object.fromEntries(
      states.flatMap((one) => one.users.map((user) => [`GET /simulator/state?openid=${user.openid}`, { body: one }])),
    ),
    ...Object.fromEntries(
      (state?.users ?? []).map((user) => [`POST /simulator/users/${user.openid}/select`, { body: user }]),
    ),
    'GET /simulator/log?after=0': { body: { entries: [entryOf(1)], counters: {} } },
    'GET /simulator/log?after=1': { body: { entries: [], counters: {} } },
    'PUT /simulator/account': { body: {} },
    'PUT /simulator/faults': { body: {} },
  }
}

async function beginSession(
  answers: Record<string, { status?: number; body: unknown }>,
): Promise<[Session, FakeSimulator]> {
  const simulator = new FakeSimulator(answers)
  const session = new Session({
    api: new ControlApi(simulator.fetch),
    openSource: () => {
      const source = new FakeSource()
      sources.push(source)
      return source
    },
    memory: { getItem: (key) => memory.get(key) ?? null, setItem: (key, value) => void memory.set(key, value) },
  })
  await session.start()
  sources[sources.length - 1]?.open()
  await settle()
  return [session, simulator]
}

const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined)

beforeEach(() => {
  vi.useFakeTimers()
  sources.length = 0
  memory.clear()
})
afterEach(() => void vi.useRealTimers())

test('a tab begins as a user, shows what that user sees, and remembers whom it plays', async () => {
  const [session, simulator] = await beginSession(answersOf(stateOf([bubbleOf(1)])))

  expect(session.user.value?.openid).toBe('o1')
  expect(session.view.value?.bubbles.map((bubble) => bubble.id)).toEqual([1])
  expect(session.view.value?.log.map((entry) => entry.id)).toEqual([1])
  expect(simulator.calls.map((each) => each.call)).toContain('POST /simulator/users/o1/select')
  expect([...memory.values()]).toEqual(['o1'])
})

test('a simulator started anew has forgotten the tab, which then begins as somebody it knows', async () => {
  const answers = answersOf(stateOf([bubbleOf(1)]))
  const [session] = await beginSession(answers)
  delete answers['GET /simulator/state?openid=o1']
  const afresh = stateOf([], { users: [userOf('o2')] })
  Object.assign(answers, answersOf(afresh), { 'GET /simulator/state?openid=o1': { body: afresh } })

  sources[0]?.fail()
  await vi.advanceTimersByTimeAsync(500)
  sources[1]?.open()
  await settle()
  sources[2]?.open()
  await settle()

  expect(session.user.value?.openid).toBe('o2')
  expect(session.view.value?.bubbles).toEqual([])
  expect(session.isOnline.value).toBe(true)
})

test('following is read from the state, since no event tells it', async () => {
  const users = [{ ...userOf('o1'), followed: false }]
  const answers = answersOf(stateOf([], { users }))
  const [session] = await beginSession({
    ...answers,
    'POST /simulator/users/o1/follow': { status: 202, body: { bubble_id: null } },
  })
  expect(session.user.value?.followed).toBe(false)
  users[0] = userOf('o1')

  await session.act('/follow', { scene: null })

  expect(session.user.value?.followed).toBe(true)
})

test('what comes while the state is read again is not lost', async () => {
  const answers = answersOf(stateOf())
  const follow = { status: 202, body: { bubble_id: null } }
  const [session, simulator] = await beginSession({ ...answers, 'POST /simulator/users/o1/follow': follow })
  const lastCall = (): string | undefined => simulator.calls[simulator.calls.length - 1]?.call

  const following = session.act('/follow', { scene: null })
  while (lastCall() !== 'GET /simulator/log?after=1') await Promise.resolve()
  sources[0]?.send('bubble', bubbleOf(7))
  await following

  expect(session.view.value?.bubbles.map((bubble) => bubble.id)).toEqual([7])
})

test('a refusal is told for a moment and changes nothing', async () => {
  const refusal = { status: 409, body: { error: { code: 'not_following', message: '请先关注公众号' } } }
  const [session] = await beginSession({ ...answersOf(stateOf()), 'POST /simulator/users/o1/text': refusal })

  await session.act('/text', { text: '你好' })
  const told = session.notice.value
  await vi.advanceTimersByTimeAsync(3_000)

  expect([told, session.notice.value]).toEqual(['请先关注公众号', ''])
})

test('without a simulator the tab waits for one', async () => {
  const answers: Record<string, { status?: number; body: unknown }> = {
    'GET /simulator/state': { status: 502, body: {} },
  }
  const [session] = await beginSession(answers)
  expect(session.isOnline.value).toBe(false)
  Object.assign(answers, answersOf(stateOf()))

  await vi.advanceTimersByTimeAsync(1_000)

  expect(session.user.value?.openid).toBe('o1')
})

test('a fault that a call used up disappears from the bench', async () => {
  const path = '/cgi-bin/message/custom/send'
  const answers = answersOf(stateOf([], { faults: { ...noFaults, api_errors: { [path]: [45015] } } }))
  const [session] = await beginSession(answers)
  Object.assign(answers, answersOf(stateOf()))

  sources[0]?.send('log', entryOf(1, { kind: 'api', what: path, code: 45015 }))
  await settle()

  expect(session.view.value?.faults).toEqual(noFaults)
})

test('typing that nobody ends goes out by itself', async () => {
  const [session] = await beginSession(answersOf(stateOf()))
  sources[0]?.send('typing', { active: true })
  const begun = session.view.value?.isTyping

  await vi.advanceTimersByTimeAsync(15_000)

  expect([begun, session.view.value?.isTyping]).toEqual([true, false])
})
