import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { StreamEvent } from '../src/client/model'
import { Stream } from '../src/client/stream'
import { bubbleOf, FakeSource } from './fakes'

const sources: FakeSource[] = []
const heard: string[] = []
let release: (() => void)[] = []

function startStream(): Stream {
  const stream = new Stream({
    openSource: () => {
      const source = new FakeSource()
      sources.push(source)
      return source
    },
    reload: () => new Promise((resolve) => release.push(() => (heard.push('state'), resolve()))),
    onEvent: (event: StreamEvent) => heard.push(event.type),
    onOnline: (isOnline) => heard.push(isOnline ? 'online' : 'offline'),
  })
  stream.start()
  return stream
}

const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined)

beforeEach(() => {
  vi.useFakeTimers()
  sources.length = heard.length = 0
  release = []
})
afterEach(() => void vi.useRealTimers())

test('events that come while the state is read follow it', async () => {
  startStream()
  sources[0]?.open()
  sources[0]?.send('bubble', bubbleOf(1))
  expect(heard).toEqual([])

  release[0]?.()
  await settle()
  sources[0]?.send('typing', { active: true })

  expect(heard).toEqual(['state', 'bubble', 'online', 'typing'])
})

test('events wait until the last of several readings is done', async () => {
  const stream = startStream()
  sources[0]?.open()
  release[0]?.()
  await settle()
  heard.length = 0

  const readings = [stream.resync(), stream.resync()]
  sources[0]?.send('bubble', bubbleOf(1))
  release[1]?.()
  await readings[0]
  expect(heard).toEqual(['state'])
  release[2]?.()
  await readings[1]

  expect(heard).toEqual(['state', 'state', 'bubble'])
})

test('after a loss the stream opens again and the state is read again', async () => {
  startStream()
  sources[0]?.open()
  release[0]?.()
  await settle()

  sources[0]?.fail()
  sources[0]?.send('bubble', bubbleOf(1))
  await vi.advanceTimersByTimeAsync(500)
  sources[1]?.open()
  release[1]?.()
  await settle()

  expect(sources[0]?.isClosed).toBe(true)
  expect(heard).toEqual(['state', 'online', 'offline', 'state', 'online'])
})

test('waits grow while nobody answers', async () => {
  startStream()

  sources[0]?.fail()
  await vi.advanceTimersByTimeAsync(500)
  sources[1]?.fail()
  await vi.advanceTimersByTimeAsync(999)
  expect(sources).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(1)

  expect(sources).toHaveLength(3)
})

test('a stopped stream stays closed', async () => {
  const stream = startStream()
  sources[0]?.fail()

  stream.stop()
  await vi.advanceTimersByTimeAsync(60_000)

  expect(sources).toHaveLength(1)
})
