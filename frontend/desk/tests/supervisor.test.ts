import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { OverviewAgent, OverviewTeam } from '../src/api/types'
import {
  describeSatisfaction,
  describeShare,
  describeState,
  fillHours,
  findScaleTop,
  listCandidates,
  orderAgents,
  sumTeams,
  toneOfUnanswered,
  toneOfWait,
} from '../src/supervisor/figures'
import { leastMs, Refresher, regularMs } from '../src/supervisor/refresher'

function agentOf(username: string, change: Partial<OverviewAgent> = {}): OverviewAgent {
  return {
    username,
    display_name: username,
    role: 'agent',
    teams: ['hotline'],
    state: 'ready',
    takes_automatically: true,
    is_connected: true,
    active: 0,
    capacity: 5,
    longest_unanswered_s: null,
    served_today: 0,
    satisfaction: null,
    ...change,
  }
}
const namesOf = (agents: OverviewAgent[]): string[] => agents.map((agent) => agent.username)

test.each([
  [null, 'quiet'],
  [83, 'good'],
  [84, 'warning'],
  [120, 'warning'],
  [121, 'bad'],
])('a wait of %s seconds against 120 promised ones is %s', (waited, tone) => {
  expect(toneOfWait(waited, 120)).toBe(tone)
})

test('a user without an answer is noticed after two minutes', () => {
  expect([null, 120, 121, 241].map(toneOfUnanswered)).toEqual(['quiet', 'quiet', 'warning', 'bad'])
})

test('nothing counted is a dash, not a zero', () => {
  expect(describeShare(null)).toBe('–')
  expect(describeShare(0)).toBe('0%')
  expect(describeSatisfaction(null)).toBe('–')
  expect(describeSatisfaction(4.58)).toBe('4.6')
})

test('an agent who is ready but not connected is not there', () => {
  expect(describeState(agentOf('a', { is_connected: false }))).toBe('未连接')
  expect(describeState(agentOf('a', { state: 'away' }))).toBe('离开')
  expect(describeState(agentOf('a', { takes_automatically: false }))).toBe('接待中 · 手动接入')
})

test('who is there comes first, and of them who keeps somebody waiting', () => {
  const agents = [
    agentOf('gone', { is_connected: false, active: 4 }),
    agentOf('away', { state: 'away' }),
    agentOf('reader', { role: 'readonly' }),
    agentOf('idle'),
    agentOf('busy', { active: 3 }),
    agentOf('late', { active: 1, longest_unanswered_s: 90 }),
  ]
  expect(namesOf(orderAgents(agents))).toEqual(['late', 'busy', 'idle', 'away', 'gone'])
})

describe('who a waiting chat can be given to', () => {
  test('the own team first, then who has least to do', () => {
    const agents = [
      agentOf('other', { teams: ['ip'] }),
      agentOf('half', { teams: ['credit'], active: 2, capacity: 4 }),
      agentOf('free', { teams: ['credit'], active: 2, capacity: 10 }),
    ]
    expect(namesOf(listCandidates(agents, 'credit'))).toEqual(['free', 'half', 'other'])
  })

  test('who is full comes last, even of the own team', () => {
    const agents = [agentOf('full', { teams: ['credit'], active: 5 }), agentOf('other', { teams: ['ip'] })]
    expect(namesOf(listCandidates(agents, 'credit'))).toEqual(['other', 'full'])
  })

  test('nobody who is away, gone or only reads', () => {
    const agents = [
      agentOf('away', { state: 'away' }),
      agentOf('gone', { is_connected: false }),
      agentOf('reader', { role: 'readonly' }),
    ]
    expect(listCandidates(agents, 'hotline')).toEqual([])
  })
})

test('an agent of two teams counts once', () => {
  const team = { waiting: 2, over_target: 1, active: 3, served_today: 10, agents_ready: 2, free_slots: 7 } as OverviewTeam
  const agents = [agentOf('a', { active: 3, teams: ['hotline', 'ip'] }), agentOf('b', { state: 'away' })]
  expect(sumTeams([team, team], agents)).toEqual({
    waiting: 4,
    overTarget: 2,
    active: 6,
    ready: 1,
    freeSlots: 2,
    servedToday: 20,
  })
})

describe('the bar chart', () => {
  test('shows the working day without gaps, and what lies outside it', () => {
    const bars = fillHours([
      { hour: 20, requested: 1, taken: 0, unattended: 1 },
      { hour: 9, requested: 3, taken: 2, unattended: 1 },
    ])
    expect(bars.map((bar) => bar.hour)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20])
    expect(bars[1]).toEqual({ hour: 9, requested: 3, taken: 2, unattended: 1 })
    expect(bars[0]).toEqual({ hour: 8, requested: 0, taken: 0, unattended: 0 })
  })

  test.each([
    [0, 4],
    [4, 4],
    [5, 6],
    [9, 10],
    [11, 20],
    [21, 30],
    [73, 80],
    [100, 100],
  ])('of at most %i has an axis up to %i', (requested, top) => {
    expect(findScaleTop([{ hour: 9, requested, taken: 0, unattended: 0 }])).toBe(top)
  })
})

describe('what keeps the overview fresh', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function refresherTaking(ms: number) {
    const page = { loads: 0, running: 0, mostAtOnce: 0, isInView: true }
    const load = async (): Promise<void> => {
      page.loads += 1
      page.running += 1
      page.mostAtOnce = Math.max(page.mostAtOnce, page.running)
      await new Promise((resolve) => setTimeout(resolve, ms))
      page.running -= 1
    }
    return { page, refresher: new Refresher({ load, isInView: () => page.isInView }) }
  }

  test('loads at once and then every five seconds', async () => {
    const { page, refresher } = refresherTaking(0)
    refresher.start()
    await vi.advanceTimersByTimeAsync(10)
    expect(page.loads).toBe(1)
    await vi.advanceTimersByTimeAsync(2 * regularMs + 10)
    expect(page.loads).toBe(3)
    refresher.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(page.loads).toBe(3)
  })

  test('a stream of changes makes it load once a second, never twice at a time', async () => {
    const { page, refresher } = refresherTaking(300)
    refresher.start()
    for (let count = 0; count < 100; count += 1) {
      refresher.hurry()
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(page.mostAtOnce).toBe(1)
    expect(page.loads).toBeGreaterThanOrEqual(7)
    expect(page.loads).toBeLessThanOrEqual(11)
    refresher.stop()
  })

  test('what happened while an answer was on its way is asked for soon after', async () => {
    const { page, refresher } = refresherTaking(300)
    refresher.start()
    await vi.advanceTimersByTimeAsync(100)
    refresher.hurry()
    await vi.advanceTimersByTimeAsync(200 + leastMs)
    expect(page.loads).toBe(2)
    refresher.stop()
  })

  test('nothing is loaded while nobody can see it, and at once when somebody can', async () => {
    const { page, refresher } = refresherTaking(0)
    page.isInView = false
    refresher.start()
    refresher.hurry()
    await vi.advanceTimersByTimeAsync(30_000)
    expect(page.loads).toBe(0)
    page.isInView = true
    refresher.now()
    await vi.advanceTimersByTimeAsync(10)
    expect(page.loads).toBe(1)
    refresher.stop()
  })
})
