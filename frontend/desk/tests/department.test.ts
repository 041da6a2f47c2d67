import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { DeskApi } from '../src/api/client'
import { ApiError } from '../src/api/errors'
import type { Me } from '../src/api/types'
import { Desk } from '../src/state/desk'
import { memoryStore, me } from './fakes'

const officer: Me = { ...me, username: 'liu', role: 'department', department: { id: 'amr', title: '市场监管局' }, permissions: ['cases'], teams: [] }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('somebody of a department starts without the desk’s setup and without its stream, which are not theirs', async () => {
  const openSocket = vi.fn()
  const getSetup = vi.fn().mockRejectedValue(new ApiError(403, 'forbidden', '您没有这项权限。'))
  const desk = new Desk({
    createApi: () => ({ getMe: async () => officer, getSetup }) as unknown as DeskApi,
    localStore: memoryStore(),
    tabStore: memoryStore(),
    openSocket,
    hasNetwork: () => true,
    isPageInView: () => true,
    onOpened: () => undefined,
    schedule: (run) => run(),
    maySpeak: () => true,
    playSound: () => undefined,
    notify: () => undefined,
  })
  await desk.session.start()
  desk.reconnect()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(desk.session.state.phase).toBe('ready')
  expect(desk.session.can('read')).toBe(false)
  expect(getSetup).not.toHaveBeenCalled()
  expect(openSocket).not.toHaveBeenCalled()
})
