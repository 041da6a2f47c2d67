import { expect, test } from 'vitest'
import { ControlApi, ControlRefused } from '../src/client/api'
import { chooseUser } from '../src/client/identity'
import { entryOf, FakeSimulator, stateOf, userOf } from './fakes'

test('what a user does goes to that user, as JSON or as a file', async () => {
  const simulator = new FakeSimulator({
    'POST /simulator/users/o%2F1/text': { status: 202, body: { bubble_id: 1 } },
    'POST /simulator/users/o1/image': { status: 202, body: { bubble_id: 2 } },
  })
  const api = new ControlApi(simulator.fetch)

  await api.act('o/1', { path: '/text', body: { text: '你好', menu_id: '2' } })
  await api.act('o1', { path: '/image', file: new Blob(['x']) })

  expect(simulator.calls[0]?.body).toEqual({ text: '你好', menu_id: '2' })
  expect((simulator.calls[1]?.body as FormData).get('file')).toBeInstanceOf(Blob)
})

test('a refusal carries the sentence that the simulator gives for people', async () => {
  const body = { error: { code: 'not_following', message: '请先关注公众号' } }
  const simulator = new FakeSimulator({ 'POST /simulator/users/o1/text': { status: 409, body } })

  const refusal = await new ControlApi(simulator.fetch)
    .act('o1', { path: '/text' })
    .catch((failure: unknown) => failure)

  expect(refusal).toBeInstanceOf(ControlRefused)
  expect(refusal).toMatchObject({ status: 409, sentence: '请先关注公众号' })
})

test('the log comes as entries after the last one seen', async () => {
  const simulator = new FakeSimulator({
    'GET /simulator/log?after=4': { body: { entries: [entryOf(5)], counters: {} } },
  })

  const entries = await new ControlApi(simulator.fetch).readLog(4)

  expect(entries.map((entry) => entry.id)).toEqual([5])
})

test('a tab goes on as whom it was, else as the first there is, else as someone new', async () => {
  const two = { 'GET /simulator/state': { body: stateOf([], { users: [userOf('o1'), userOf('o2')] }) } }
  const none = {
    'GET /simulator/state': { body: stateOf([], { users: [] }) },
    'POST /simulator/users': { status: 201, body: userOf('o9') },
  }

  expect(await chooseUser(new ControlApi(new FakeSimulator(two).fetch), 'o2')).toBe('o2')
  expect(await chooseUser(new ControlApi(new FakeSimulator(two).fetch), 'gone')).toBe('o1')
  expect(await chooseUser(new ControlApi(new FakeSimulator(none).fetch), '')).toBe('o9')
})
