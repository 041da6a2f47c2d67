import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ApiError } from '../src/api/errors'
import type { Alert } from '../src/state/alerts'
import { Desk } from '../src/state/desk'
import { FakeServer, makeEntry, makeHandover, makeMessage, memoryStore } from './fakes'

let server: FakeServer
let localStore: ReturnType<typeof memoryStore>
let tabStore: ReturnType<typeof memoryStore>
let isPageInView: boolean
let hasNetwork: boolean
let sounds: Alert[]

beforeEach(() => {
  vi.useFakeTimers()
  server = new FakeServer()
  localStore = memoryStore()
  tabStore = memoryStore()
  isPageInView = true
  hasNetwork = true
  sounds = []
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const settle = (ms = 100): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)
const mine = { owner: 'agent:zhangsan', owner_version: 2, owner_name: '张三', handover: makeHandover({ status: 'active' }) }

async function openDesk(): Promise<Desk> {
  const desk = new Desk({
    createApi: server.createApi,
    localStore,
    tabStore,
    openSocket: server.openSocket,
    hasNetwork: () => hasNetwork,
    isPageInView: () => isPageInView,
    onOpened: () => undefined,
    schedule: (run) => setTimeout(run, 16),
    maySpeak: () => true,
    playSound: (alert) => sounds.push(alert),
    notify: () => undefined,
  })
  await desk.session.start()
  await settle()
  return desk
}

const queueOf = (desk: Desk): string[] => desk.book.lists.queue.value.map((entry) => entry.conversation_id)
const textsOf = (desk: Desk): string[] => desk.chats.current?.view.messages.map((message) => message.text) ?? []
const unsentOf = (desk: Desk): string[] => desk.chats.current?.view.unsent.map((item) => item.state) ?? []

test('a chat that begins to wait appears in the queue and is heard, and counted until somebody looks', async () => {
  const desk = await openDesk()
  isPageInView = false
  server.put(makeEntry('a'))
  await settle()
  expect(queueOf(desk)).toEqual(['a'])
  expect(sounds).toEqual(['waiting'])
  expect([...desk.news.state.pending]).toEqual(['a'])
  isPageInView = true
  desk.markRead()
  expect(desk.news.state.pending.size).toBe(0)
})

test('what waited already when the desk was opened is no news', async () => {
  server.put(makeEntry('a'))
  const desk = await openDesk()
  expect(queueOf(desk)).toEqual(['a'])
  expect(sounds).toEqual([])
})

test('a chat of another team, and one that a colleague takes, are not heard', async () => {
  const desk = await openDesk()
  server.put(makeEntry('a', { handover: makeHandover({ team: 'ip' }) }))
  server.put(makeEntry('b', { owner: 'agent:lisi', owner_version: 2 }))
  await settle()
  expect(sounds).toEqual([])
  expect(desk.news.state.pending.size).toBe(0)
})

test('what a colleague takes is no news any more', async () => {
  const desk = await openDesk()
  isPageInView = false
  server.put(makeEntry('a'))
  await settle()
  server.put(makeEntry('a', { owner: 'agent:lisi', owner_version: 2 }))
  await settle()
  expect(desk.news.state.pending.size).toBe(0)
})

test('being assigned a chat is heard, taking one oneself is not', async () => {
  server.put(makeEntry('a'))
  server.put(makeEntry('b'))
  const desk = await openDesk()
  await desk.change('a', async () => {
    server.put(makeEntry('a', mine))
    return { entry: makeEntry('a', mine) }
  })
  await settle()
  expect(sounds).toEqual([])

  server.put(makeEntry('b', mine))
  await settle()
  expect(sounds).toEqual(['assigned'])
})

test('a message in my chat is heard and counted unless I am looking at it', async () => {
  server.put(makeEntry('a', mine))
  server.say('a')
  const desk = await openDesk()
  desk.openConversation('a')
  await settle()
  server.say('a', { text: 'seen' })
  await settle()
  expect(sounds).toEqual([])

  isPageInView = false
  server.say('a', { text: 'not seen' })
  await settle()
  expect(sounds).toEqual(['message'])
  expect(desk.news.state.pending.size).toBe(1)

  isPageInView = true
  desk.markRead()
  expect(desk.news.state.pending.size).toBe(0)
})

test('many chats that come at once sound once', async () => {
  const desk = await openDesk()
  for (let index = 0; index < 200; index += 1) server.put(makeEntry(`c${index}`))
  await settle()
  expect(queueOf(desk)).toHaveLength(200)
  expect(sounds).toEqual(['waiting'])
})

test('nothing is lost or doubled over a broken line', async () => {
  server.put(makeEntry('a', mine))
  server.say('a', { text: 'before' })
  const desk = await openDesk()
  desk.openConversation('a')
  await settle()

  server.isUp = false
  server.cutLines()
  await settle(10)
  desk.send('a', 'written without a line', [])
  await settle(3_000)
  expect(desk.link.state).not.toBe('online')
  expect(unsentOf(desk)).toEqual(['unsent'])

  server.isUp = true
  server.say('a', { text: 'said meanwhile' })
  server.put(makeEntry('b'))
  await settle(30_000)
  expect(desk.link.state).toBe('online')
  expect(textsOf(desk)).toEqual(['before', 'said meanwhile', 'written without a line'])
  expect(unsentOf(desk)).toEqual([])
  expect(queueOf(desk)).toEqual(['b'])
  expect(server.messages.get('a')).toHaveLength(3)
})

test('what could not be loaded after the line came back is loaded a little later', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1) // The waits are partly by chance: these are the longest.
  server.put(makeEntry('a', mine))
  server.say('a', { text: 'before' })
  const desk = await openDesk()
  desk.openConversation('a')
  await settle()
  server.isUp = false
  server.cutLines()
  await settle(10)
  server.put(makeEntry('b'))
  server.isUp = true
  server.failures = 4
  await settle(2_000)
  expect(desk.lists.state.failure).toBe('系统暂时忙不过来')
  await settle(30_000)
  expect(desk.lists.state.failure).toBe('')
  expect(queueOf(desk)).toEqual(['b'])
})

test('more than a page said meanwhile leaves no hole', async () => {
  server.pageLimit = 5
  server.put(makeEntry('a', mine))
  server.say('a')
  const desk = await openDesk()
  desk.openConversation('a')
  await settle()
  server.isUp = false
  server.cutLines()
  await settle(500)
  for (let count = 0; count < 20; count += 1) server.say('a')
  server.isUp = true
  await settle(30_000)
  expect(desk.chats.current?.view.messages.map((message) => message.sequence)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1))
})

test('what left the queue while the line was down is not in it afterwards', async () => {
  server.put(makeEntry('a'))
  server.put(makeEntry('b'))
  const desk = await openDesk()
  server.cutLines()
  await settle(10)
  server.entries.set('a', makeEntry('a', { owner: 'agent:lisi', owner_version: 2 }))
  server.entries.delete('b')
  await settle(5_000)
  expect(queueOf(desk)).toEqual([])
})

test('what leaves for another team is told only by the counts, and goes', async () => {
  server.put(makeEntry('a'))
  server.put(makeEntry('b'))
  const desk = await openDesk()
  server.entries.delete('a')
  server.tell({ type: 'counts', counts: server.counts })
  await settle(3_000)
  expect(queueOf(desk)).toEqual(['b'])
})

test('counts that never fit the lists do not make the desk ask for ever', async () => {
  await openDesk()
  server.claimedCounts = { queue: 7, mine: 0, unattended: 0 }
  for (let count = 0; count < 10; count += 1) {
    server.tell({ type: 'counts', counts: server.counts })
    await settle(3_000)
  }
  expect(server.calls.filter((call) => call === 'list queue').length).toBeLessThan(4)
})

test('a message that came without the one before it has that one asked for', async () => {
  server.put(makeEntry('a', mine))
  server.say('a')
  const desk = await openDesk()
  desk.openConversation('a')
  await settle()
  const unheard = server.sockets.splice(0)
  server.say('a')
  server.sockets.push(...unheard)
  server.tell({ type: 'message', conversation_id: 'a', message: makeMessage(3, { id: 'a-3' }) })
  await settle()
  expect(desk.chats.current?.view.messages.map((message) => message.sequence)).toEqual([1, 2, 3])
})

test('an answer that was lost is asked for again without saying the message twice', async () => {
  server.put(makeEntry('a', mine))
  server.losesAnswers = 2
  const desk = await openDesk()
  desk.openConversation('a')
  desk.send('a', 'once', [])
  await settle(15_000)
  expect(textsOf(desk)).toEqual(['once'])
  expect(server.messages.get('a')).toHaveLength(1)
})

test('an unsent message survives a reload, and is sent by the one who wrote it only', async () => {
  server.put(makeEntry('a', mine))
  const before = await openDesk()
  server.isUp = false
  before.send('a', 'kept', [])
  before.outbox.add('lisi', 'a', 'of somebody else', [])
  await settle()
  before.outbox.pause() // The page is gone.
  server.isUp = true

  const after = await openDesk()
  await settle(1_000)
  expect(server.messages.get('a')?.map((message) => message.text)).toEqual(['kept'])
  expect(after.outbox.size).toBe(0)
  expect(tabStore.keys().filter((key) => key.includes('unsent'))).toHaveLength(1)
})

test('a message that is refused tells why and holds nothing up', async () => {
  server.put(makeEntry('a', mine))
  server.refusal = new ApiError(409, 'not_yours', '会话已由李四接入')
  const desk = await openDesk()
  desk.openConversation('a')
  desk.send('a', 'first', [])
  await settle()
  expect(desk.chats.current?.view.unsent).toMatchObject([{ state: 'refused', reason: '会话已由李四接入' }])

  server.refusal = null
  desk.send('a', 'second', [])
  await settle()
  expect(textsOf(desk)).toEqual(['second'])
})

test('a session that ended leads to the sign-in, and nothing of the chats stays on the page', async () => {
  server.put(makeEntry('a', mine))
  const desk = await openDesk()
  desk.openConversation('a')
  await settle()
  server.isSignedIn = false
  server.cutLines(4401)
  await settle()
  expect(desk.session.state).toMatchObject({ phase: 'signed_out', me: null, notice: '登录已失效，请重新登录。' })
  expect(desk.chats.current).toBeNull()
  expect(desk.book.lists.mine.value).toEqual([])
  expect(server.sockets).toHaveLength(0)
})

test('a change that fails passes the error on and fetches the truth', async () => {
  server.put(makeEntry('a'))
  const desk = await openDesk()
  desk.openConversation('a')
  await settle()
  server.entries.set('a', makeEntry('a', { owner: 'agent:lisi', owner_version: 2, owner_name: '李四' }))
  const refused = desk.change('a', () => Promise.reject(new ApiError(409, 'owned_by_other', '已由李四接入')))
  await expect(refused).rejects.toMatchObject({ code: 'owned_by_other' })
  await settle()
  expect(desk.book.find('a')?.owner_name).toBe('李四')
  expect(queueOf(desk)).toEqual([])
})

test('the user’s typing is shown, and not for ever', async () => {
  server.put(makeEntry('a', mine))
  const desk = await openDesk()
  desk.openConversation('a')
  await settle()
  server.tell({ type: 'typing', conversation_id: 'a', who: 'user', active: true })
  expect(desk.chats.current?.view.isUserTyping).toBe(true)
  await settle(15_000)
  expect(desk.chats.current?.view.isUserTyping).toBe(false)
})

test('of many opened conversations only the latest are followed', async () => {
  const desk = await openDesk()
  for (let index = 0; index < 12; index += 1) {
    server.put(makeEntry(`c${index}`))
    desk.openConversation(`c${index}`)
    await settle()
  }
  const sent = server.sockets[0]!.sent
  const left = sent.filter((frame) => frame.type === 'leave').map((frame) => frame.conversation_id)
  expect(left).toEqual(['c0', 'c1', 'c2', 'c3'])
})

test('another account in the same browser is noticed', async () => {
  const desk = await openDesk()
  expect(desk.onStoredElsewhere('yingshang.desk.user')).toBe(false)
  localStore.write('yingshang.desk.user', 'lisi')
  expect(desk.onStoredElsewhere('yingshang.desk.user')).toBe(true)
})

test('what one tab has read is read in the other', async () => {
  server.put(makeEntry('a', { ...mine, unanswered_since: '2026-11-23T02:00:00Z' }))
  server.say('a')
  const one = await openDesk()
  const other = await openDesk()
  expect(other.reads.isUnread(other.book.find('a')!)).toBe(true)
  one.openConversation('a')
  await settle()
  one.markRead()
  other.onStoredElsewhere('yingshang.desk.read')
  expect(other.reads.isUnread(other.book.find('a')!)).toBe(false)
  server.say('a')
  await settle()
  isPageInView = false
  expect(other.reads.isUnread(other.book.find('a')!)).toBe(true)
})
