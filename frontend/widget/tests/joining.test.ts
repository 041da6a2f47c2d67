import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Conversation } from '../src/chat/conversation'
import { ChatStorage, MemoryStorage } from '../src/chat/storage'
import { FakeServer } from './fakes'

let server: FakeServer
let storage: ChatStorage
let hasNetwork: boolean
let settled: string[][]

beforeEach(() => {
  vi.useFakeTimers()
  server = new FakeServer()
  storage = new ChatStorage(new MemoryStorage())
  hasNetwork = true
  settled = []
})
afterEach(() => vi.useRealTimers())

function build(): Conversation {
  return new Conversation({
    api: server,
    storage,
    openSocket: server.openSocket,
    hasNetwork: () => hasNetwork,
    onJoinSettled: (unsent) => settled.push(unsent),
  })
}

/** What was said in the official account's chat before. */
function talkInWechat(): void {
  server.isFromWechat = true
  server.conversations = 7
  server.say('system', '关注了公众号')
  server.say('user', '信用修复怎么办')
  server.say('bot', '先缴清罚款')
}

async function arriveFromWechat(): Promise<Conversation> {
  const page = build()
  void page.openFromWechat()
  await settle()
  return page
}

function storeUnsent(text: string): void {
  storage.saveUnsent({ clientMessageId: `k-${text}`, text, order: 1, state: 'unsent' })
}

const settle = (ms = 50): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)
const texts = (page: Conversation): string[] => page.view.messages.map((message) => message.text)

test('the chat of the official account goes on here, with what was said in it', async () => {
  talkInWechat()
  const page = await arriveFromWechat()
  expect(texts(page)).toEqual(['关注了公众号', '信用修复怎么办', '先缴清罚款'])
  expect(page.view).toMatchObject({ link: 'online', isLoading: false, notice: null })
  expect(settled).toEqual([[]])

  page.send('要多久')
  await settle()
  expect(texts(page).slice(3)).toEqual(['要多久', 'answer to 要多久'])
  expect(server.joins).toBe(1)
})

test('it takes the place of the stored conversation and is found again by a reload', async () => {
  storage.saveConversation({ conversation_id: 'old', token: 'old' })
  talkInWechat()
  await arriveFromWechat()
  expect(storage.findConversation()?.conversation_id).toBe('c7')

  const after = build()
  await after.open()
  expect(texts(after)).toHaveLength(3)
})

test('what was not sent in another conversation becomes draft and is not sent here', async () => {
  storage.saveConversation({ conversation_id: 'old', token: 'old' })
  storeUnsent('meant for the other')
  talkInWechat()
  const page = await arriveFromWechat()
  await settle(60_000)
  expect(settled).toEqual([['meant for the other']])
  expect(storage.listUnsent()).toEqual([])
  expect(page.view.unsent).toEqual([])
  expect(server.received).toEqual([])
})

test('what was not sent in this same conversation is sent', async () => {
  talkInWechat()
  storage.saveConversation({ conversation_id: 'c7', token: 'secret' })
  storeUnsent('still waiting')
  await arriveFromWechat()
  await settle()
  expect(settled).toEqual([[]])
  expect(server.received).toEqual(['still waiting'])
})

test('without a chat in the official account a new conversation begins, and the page says so', async () => {
  storage.saveConversation({ conversation_id: 'old', token: 'old' })
  storeUnsent('meant for the other')
  const page = await arriveFromWechat()
  expect(page.view).toMatchObject({ notice: '未能接上公众号里的对话，已为您新开一个会话。', isLoading: false, link: 'online' })
  expect(settled).toEqual([['meant for the other']])
  expect(storage.findConversation()).toBeNull()

  await settle(60_000)
  expect([server.joins, server.conversations]).toEqual([1, 0])
  page.send('a')
  await settle()
  expect(texts(page)).toEqual(['a', 'answer to a'])
  expect([server.joins, server.conversations]).toEqual([1, 1])
})

test('while the server does not answer the page asks again and what is written waits', async () => {
  talkInWechat()
  server.isUp = false
  const page = await arriveFromWechat()
  page.send('written meanwhile')
  await settle(5_000)
  expect(page.view).toMatchObject({ link: 'offline', isLoading: true })
  expect(page.view.unsent.map((item) => item.text)).toEqual(['written meanwhile'])
  expect(settled).toEqual([])

  server.isUp = true
  await settle(35_000)
  expect(server.received).toEqual(['written meanwhile'])
  expect(texts(page)).toEqual([
    '关注了公众号',
    '信用修复怎么办',
    '先缴清罚款',
    'written meanwhile',
    'answer to written meanwhile',
  ])
  expect(page.view).toMatchObject({ link: 'online', isLoading: false })
  expect(server.conversations).toBe(7)
})

test('the network coming back asks at once', async () => {
  talkInWechat()
  server.isUp = false
  const page = await arriveFromWechat()
  await settle(120_000)
  server.isUp = true
  page.onNetworkChanged()
  await settle()
  expect(texts(page)).toHaveLength(3)
})

test('something written before the server says that there is no chat goes to the new conversation', async () => {
  server.isUp = false
  const page = await arriveFromWechat()
  page.send('a')
  await settle(1_000)
  server.isUp = true
  await settle(40_000)
  expect(texts(page)).toEqual(['a', 'answer to a'])
  expect(server.conversations).toBe(1)
})

test('a new conversation begun while asking stays a new one', async () => {
  talkInWechat()
  storage.saveConversation({ conversation_id: 'old', token: 'old' })
  storeUnsent('meant for the other')
  server.isUp = false
  const page = await arriveFromWechat()
  page.beginNew()
  server.isUp = true
  server.isFromWechat = false
  server.messages = []
  await settle(60_000)
  expect(server.joins).toBe(1)
  expect(settled).toEqual([['meant for the other']])
  expect(page.view).toMatchObject({ isLoading: false, messages: [], link: 'online' })

  page.send('a')
  await settle()
  expect(storage.findConversation()?.conversation_id).toBe('c8')
})

test('a file is fetched with the token of the conversation it belongs to', async () => {
  talkInWechat()
  const page = build()
  await expect(page.fetchFile('/api/files/1')).rejects.toThrow()
  await page.openFromWechat()
  expect((await page.fetchFile('/api/files/1')).type).toBe('image/png')
})
