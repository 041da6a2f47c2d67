import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Conversation } from '../src/chat/conversation'
import { ChatStorage, MemoryStorage } from '../src/chat/storage'
import { FakeServer } from './fakes'

let server: FakeServer
let storage: MemoryStorage
let hasNetwork: boolean

beforeEach(() => {
  vi.useFakeTimers()
  server = new FakeServer()
  storage = new MemoryStorage()
  hasNetwork = true
})
afterEach(() => vi.useRealTimers())

async function openPage(): Promise<Conversation> {
  const conversation = new Conversation({
    api: server,
    storage: new ChatStorage(storage),
    openSocket: server.openSocket,
    hasNetwork: () => hasNetwork,
    onJoinSettled: () => undefined,
  })
  await conversation.open()
  return conversation
}

const settle = (ms = 50): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)
const texts = (page: Conversation): string[] => page.view.messages.map((message) => message.text)

test('an answer that comes by the POST and by the stream is shown once', async () => {
  const page = await openPage()
  page.send('a')
  await settle()
  expect(texts(page)).toEqual(['a', 'answer to a'])
  expect(page.view.messages.map((message) => message.sequence)).toEqual([1, 2])
  expect(page.view.unsent).toEqual([])
})

test('no conversation is created before something is said', async () => {
  await openPage()
  await settle(60_000)
  expect(server.conversations).toBe(0)
})

test('messages written offline are sent once and in order when the network is back', async () => {
  const page = await openPage()
  page.send('first')
  await settle()
  hasNetwork = false
  server.isUp = false
  server.cutLines()
  page.onNetworkChanged()
  page.send('second')
  page.send('third')
  await settle(20_000)
  expect(page.view.link).toBe('offline')
  expect(page.view.unsent.map((item) => item.state)).toEqual(['unsent', 'unsent'])

  hasNetwork = true
  server.isUp = true
  page.onNetworkChanged()
  await settle()
  expect(server.received).toEqual(['first', 'second', 'third'])
  expect(texts(page)).toEqual(['first', 'answer to first', 'second', 'answer to second', 'third', 'answer to third'])
  expect(page.view.link).toBe('online')
})

test('a lost answer is asked for again without saying the message twice', async () => {
  server.hasStream = false
  server.losesAnswers = 2
  const page = await openPage()
  page.send('a')
  await settle(15_000)
  expect(texts(page)).toEqual(['a', 'answer to a'])
  expect(server.messages).toHaveLength(2)
  expect(page.view.unsent).toEqual([])
})

test('an unsent message survives a reload', async () => {
  server.isUp = false
  const before = await openPage()
  before.send('kept')
  await settle()
  server.isUp = true
  const after = await openPage()
  await settle()
  expect(texts(after)).toEqual(['kept', 'answer to kept'])
  expect(new ChatStorage(storage).listUnsent()).toEqual([])
})

test('a message the server has already taken is not shown as unsent after a reload', async () => {
  const before = await openPage()
  before.send('a')
  await settle()
  const item = server.messages[0]!
  new ChatStorage(storage).saveUnsent({ clientMessageId: item.client_message_id!, text: 'a', order: 1, state: 'waiting' })
  const after = await openPage()
  await settle()
  expect(after.view.unsent).toEqual([])
  expect(texts(after)).toEqual(['a', 'answer to a'])
  expect(server.received).toEqual(['a'])
})

test('a reload fetches a history of several pages', async () => {
  const before = await openPage()
  for (const text of ['1', '2', '3', '4']) before.send(text)
  await settle()
  const after = await openPage()
  expect(after.view.messages).toHaveLength(8)
})

test('polling brings what an agent says when there is no stream', async () => {
  server.hasStream = false
  const page = await openPage()
  page.send('a')
  await settle(5_000)
  expect(page.view.link).toBe('online')
  server.say('agent', 'hello')
  await settle(6_000)
  expect(texts(page)).toContain('hello')
})

test('a message lost on the stream is fetched as soon as the next one shows the gap', async () => {
  const page = await openPage()
  page.send('a')
  await settle()
  const sockets = server.sockets.splice(0)
  server.say('agent', 'lost')
  server.sockets.push(...sockets)
  server.say('agent', 'seen')
  await settle()
  expect(texts(page)).toEqual(['a', 'answer to a', 'lost', 'seen'])
})

test('a cut line is opened again and brings what was missed', async () => {
  const page = await openPage()
  page.send('a')
  await settle()
  server.isUp = false
  server.cutLines()
  server.say('agent', 'missed')
  await settle(5_000)
  expect(page.view.link).toBe('offline')
  server.isUp = true
  await settle(30_000)
  expect(page.view.link).toBe('online')
  expect(texts(page)).toEqual(['a', 'answer to a', 'missed'])
})

test('a forgotten conversation begins again and keeps what was typed', async () => {
  const page = await openPage()
  page.send('a')
  await settle()
  server.forgetConversations()
  page.send('b')
  await settle()
  expect(texts(page)).toEqual(['b', 'answer to b'])
  expect(page.view.notice).toContain('新的对话')
})

test('a refused token begins again', async () => {
  const page = await openPage()
  page.send('a')
  await settle()
  server.cutLines(4401)
  expect(page.view.messages).toEqual([])
  expect(page.view.notice).toContain('新的对话')
})

test('a refused message stays with its reason and does not hold up the next', async () => {
  const page = await openPage()
  page.send('refuse me')
  page.send('b')
  await settle()
  expect(page.view.unsent.map((item) => [item.text, item.state, item.reason])).toEqual([['refuse me', 'refused', '请修改']])
  expect(texts(page)).toEqual(['b', 'answer to b'])
})

test('a message to a person is shown although nothing is answered', async () => {
  server.hasStream = false
  server.owner = 'agent:1'
  const page = await openPage()
  page.send('are you there')
  await settle(1)
  expect(texts(page)).toEqual(['are you there'])
  expect(page.view.owner).toBe('agent:1')
  expect(page.view.typist).toBeNull()
  await settle(5_000)
  expect(page.view.messages.map((message) => message.sequence)).toEqual([1])
})

test('a new conversation shows nothing of the old one', async () => {
  const page = await openPage()
  page.send('a')
  await settle()
  page.beginNew()
  expect(page.view.messages).toEqual([])
  expect(new ChatStorage(storage).findConversation()).toBeNull()
  expect(server.sockets).toEqual([])
})
