import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Conversation } from '../src/chat/conversation'
import { ChatStorage, MemoryStorage } from '../src/chat/storage'
import { FakeServer } from './fakes'

let server: FakeServer
let page: Conversation

beforeEach(async () => {
  vi.useFakeTimers()
  server = new FakeServer()
  page = new Conversation({
    api: server,
    storage: new ChatStorage(new MemoryStorage()),
    openSocket: server.openSocket,
    hasNetwork: () => true,
    onJoinSettled: () => undefined,
  })
  await page.open()
  page.send('信用修复怎么办')
  await settle()
})
afterEach(() => vi.useRealTimers())

const settle = (ms = 50): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)
const agentTakes = (): void => server.tell({ type: 'owner', owner: 'agent:zhang', agent_name: '张三', is_closed: false })
const told = (): object[] => server.sockets.flatMap((socket) => socket.told)
const writing = { type: 'typing', active: true }
const resting = { type: 'typing', active: false }

test('whoever waits learns place, wait and team, and then who comes', () => {
  server.tell({ type: 'owner', owner: 'queue', agent_name: null, is_closed: false })
  server.tell({ type: 'queue', position: 2, expected_wait_s: 180, team: '综合服务组' })
  expect(page.view).toMatchObject({ owner: 'queue', queue: { position: 2, expectedWaitS: 180, team: '综合服务组' } })

  agentTakes()
  expect(page.view).toMatchObject({ owner: 'agent:zhang', agentName: '张三', queue: null, isClosed: false })
})

test('the place may be told before the change of owner', () => {
  server.tell({ type: 'queue', position: 1, expected_wait_s: null, team: null })
  server.tell({ type: 'owner', owner: 'queue' })
  expect(page.view.queue).toEqual({ position: 1, expectedWaitS: null, team: null })
})

test('frames of an older server are understood', () => {
  server.tell({ type: 'owner', owner: 'queue' })
  server.tell({ type: 'queue', position: 3 })
  expect(page.view.queue).toEqual({ position: 3, expectedWaitS: null, team: null })

  server.tell({ type: 'owner', owner: 'agent:zhang' })
  server.tell({ type: 'typing', active: true })
  expect(page.view).toMatchObject({ agentName: null, isClosed: false, typist: 'agent' })

  server.tell({ type: 'owner', owner: 'bot' })
  server.tell({ type: 'typing', active: true })
  expect(page.view.typist).toBe('bot')
})

test('an answer to a request does not bring back an owner of before', async () => {
  server.owner = 'queue'
  page.send('转人工')
  agentTakes()
  await settle()
  expect(page.view.owner).toBe('agent:zhang')
})

test('without a stream the owner comes with the answers', async () => {
  server.hasStream = false
  server.cutLines()
  server.owner = 'queue'
  await settle(10_000)
  expect(page.view.owner).toBe('queue')
})

test('the one who writes is named, until they said it or are gone', () => {
  agentTakes()
  server.tell({ type: 'typing', active: true, who: 'agent' })
  expect(page.view.typist).toBe('agent')
  server.say('agent', '您好')
  expect(page.view.typist).toBeNull()

  server.tell({ type: 'typing', active: true, who: 'agent' })
  server.tell({ type: 'owner', owner: 'bot', agent_name: null, is_closed: true })
  expect(page.view.typist).toBeNull()
})

test('a chat that a person ended is shown as ended until the next question', async () => {
  agentTakes()
  server.tell({ type: 'owner', owner: 'bot', agent_name: null, is_closed: true })
  expect(page.view).toMatchObject({ owner: 'bot', isClosed: true, agentName: null })

  page.send('5分', '/rate{"score": "5"}')
  await settle()
  expect(page.view.isClosed).toBe(true)

  page.send('商标怎么注册')
  expect(page.view.isClosed).toBe(false)
  await settle()
  expect(page.view.messages[page.view.messages.length - 1]!.text).toBe('answer to 商标怎么注册')
})

test('a new conversation knows nothing of the queue and the person', () => {
  agentTakes()
  page.beginNew()
  expect(page.view).toMatchObject({ owner: 'bot', agentName: null, queue: null, isClosed: false, typist: null })
})

test('an agent sees that the user writes, told again at most every three seconds', async () => {
  agentTakes()
  for (let passed = 0; passed < 7_000; passed += 500) {
    page.onWritten(`${passed}`)
    await settle(500)
  }
  expect(told()).toEqual([writing, writing, writing])
})

test('the agent sees the end of writing when the input is emptied', () => {
  agentTakes()
  page.onWritten('a')
  page.onWritten(' ')
  page.onWritten('')
  expect(told()).toEqual([writing, resting])
})

test('the agent sees the end of writing when it is sent', () => {
  agentTakes()
  page.onWritten('a')
  page.send('a')
  page.send('b')
  expect(told()).toEqual([writing, resting])
})

test('the agent sees the end of writing after five seconds of rest', async () => {
  agentTakes()
  page.onWritten('a')
  await settle(4_900)
  expect(told()).toEqual([writing])
  await settle(200)
  expect(told()).toEqual([writing, resting])
})

test('nobody is told what the bot or the queue could not read', async () => {
  page.onWritten('a')
  server.tell({ type: 'owner', owner: 'queue' })
  page.onWritten('ab')
  await settle(10_000)
  expect(told()).toEqual([])
})

test('on a cut line writing is not told later', async () => {
  agentTakes()
  server.isUp = false
  server.cutLines()
  page.onWritten('a')
  await settle(1_000)
  server.isUp = true
  page.onNetworkChanged()
  await settle(10_000)
  expect(told()).not.toContainEqual(writing)
})
