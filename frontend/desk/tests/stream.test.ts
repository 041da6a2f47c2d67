import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Frame } from '../src/api/types'
import { backoffMs } from '../src/state/backoff'
import { Stream, type LinkState } from '../src/state/stream'
import { FakeServer } from './fakes'

let server: FakeServer
let states: LinkState[]
let frames: Frame[]
let greetings: number
let isSignedOut: boolean
let hasNetwork: boolean
let opened: number

beforeEach(() => {
  vi.useFakeTimers()
  server = new FakeServer()
  states = []
  frames = []
  greetings = 0
  isSignedOut = false
  hasNetwork = true
  opened = 0
})
afterEach(() => vi.useRealTimers())

const settle = (ms = 50): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

function startStream(): Stream {
  const stream = new Stream({
    openSocket: () => {
      opened += 1
      return server.openSocket()
    },
    onHello: () => (greetings += 1),
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state),
    onSignedOut: () => (isSignedOut = true),
    hasNetwork: () => hasNetwork,
  })
  stream.start()
  return stream
}

test('the line is there only when the server has greeted', async () => {
  const stream = startStream()
  expect(stream.send({ type: 'ping' })).toBe(false)
  await settle()
  expect(states).toEqual(['connecting', 'online'])
  expect(stream.send({ type: 'ping' })).toBe(true)
})

test('a lost line is opened again, with more and more patience', async () => {
  startStream()
  await settle()
  server.isUp = false
  server.cutLines()
  await settle(60_000)
  expect(states.at(-1)).toBe('offline')
  expect(opened).toBeLessThan(20)
  server.isUp = true
  await settle(20_000)
  expect(states.at(-1)).toBe('online')
  expect(greetings).toBe(2)
})

test('a line that is dead without saying so is noticed', async () => {
  startStream()
  await settle()
  server.sockets[0]!.fallSilent()
  await settle(70_000)
  expect(greetings).toBe(2)
})

test('a line on which nothing happens stays', async () => {
  startStream()
  await settle(10 * 60_000)
  expect(opened).toBe(1)
})

test('a session that ended is not knocked at again', async () => {
  const stream = startStream()
  await settle()
  server.cutLines(4401)
  await settle(60_000)
  stream.reconnect()
  await settle()
  expect(isSignedOut).toBe(true)
  expect(opened).toBe(1)
})

test('without a network it waits to be told that it is back', async () => {
  hasNetwork = false
  const stream = startStream()
  await settle(60_000)
  expect(opened).toBe(0)
  expect(states).toEqual(['offline'])
  hasNetwork = true
  stream.reconnect()
  await settle()
  expect(states.at(-1)).toBe('online')
})

test('what is no frame, and frames of a line given up, are not heard', async () => {
  const stream = startStream()
  await settle()
  const old = server.sockets[0]!
  old.onmessage?.call(old as unknown as WebSocket, { data: 'no frame' } as MessageEvent)
  stream.reconnect()
  old.onmessage?.call(old as unknown as WebSocket, { data: '{"type":"counts"}' } as MessageEvent)
  await settle()
  expect(frames).toEqual([])
})

test('waiting doubles up to ten seconds, half of it by chance', () => {
  expect(backoffMs(1, () => 0)).toBe(400)
  expect(backoffMs(1, () => 1)).toBe(800)
  expect(backoffMs(3, () => 1)).toBe(3200)
  expect(backoffMs(50, () => 1)).toBe(10_000)
})
