/** The overview's figures in words, and how much they should worry. Pure. */

import type { Entry, OverviewAgent, OverviewHour, OverviewTeam } from '../api/types'

export type Tone = 'good' | 'warning' | 'bad' | 'quiet'

/** From this share of the promised time on, a wait is shown as nearly too long. */
const nearShare = 0.7
/** An unanswered message is noticed after this long. */
const slowReplyS = 120
const goodShare = 0.9
const fairShare = 0.75

/** Compares a wait with what was promised. */
export function toneOfWait(waited_s: number | null, promised_wait_s: number): Tone {
  if (waited_s === null) return 'quiet'
  if (waited_s > promised_wait_s) return 'bad'
  return waited_s >= promised_wait_s * nearShare ? 'warning' : 'good'
}

export function toneOfShare(share: number | null): Tone {
  if (share === null) return 'quiet'
  return share >= goodShare ? 'good' : share >= fairShare ? 'warning' : 'bad'
}

export function toneOfSatisfaction(score: number | null): Tone {
  if (score === null) return 'quiet'
  return score >= 4 ? 'good' : score >= 3 ? 'warning' : 'bad'
}

export function toneOfUnanswered(seconds: number | null): Tone {
  if (seconds === null) return 'quiet'
  return seconds > 2 * slowReplyS ? 'bad' : seconds > slowReplyS ? 'warning' : 'quiet'
}

/** Returns 92%; – when nothing was counted. */
export function describeShare(share: number | null): string {
  return share === null ? '–' : `${Math.round(share * 100)}%`
}

/** Returns 4.6; – when nobody has rated. */
export function describeSatisfaction(score: number | null): string {
  return score === null ? '–' : score.toFixed(1)
}

/** Returns 接待中, 接待中 · 手动接入, 离开 or 未连接. */
export function describeState(agent: Pick<OverviewAgent, 'state' | 'takes_automatically' | 'is_connected'>): string {
  if (!agent.is_connected) return '未连接'
  if (agent.state === 'away') return '离开'
  return agent.takes_automatically ? '接待中' : '接待中 · 手动接入'
}

export interface Totals {
  waiting: number
  overTarget: number
  active: number
  ready: number
  freeSlots: number
  servedToday: number
}

/** An agent of two teams is counted once among those who are there. */
export function sumTeams(teams: readonly OverviewTeam[], agents: readonly OverviewAgent[]): Totals {
  const ready = agents.filter((agent) => agent.is_connected && agent.state === 'ready')
  return {
    waiting: sum(teams.map((team) => team.waiting)),
    overTarget: sum(teams.map((team) => team.over_target)),
    active: sum(teams.map((team) => team.active)),
    ready: ready.length,
    freeSlots: sum(ready.map((agent) => Math.max(0, agent.capacity - agent.active))),
    servedToday: sum(teams.map((team) => team.served_today)),
  }
}

/** Without those who only read. Who is there comes first, of them who keeps somebody waiting, then who has most to do. */
export function orderAgents(agents: readonly OverviewAgent[]): OverviewAgent[] {
  return agents.filter((agent) => agent.role !== 'readonly').sort(
    (one, other) =>
      presenceRank(one) - presenceRank(other) ||
      (other.longest_unanswered_s ?? -1) - (one.longest_unanswered_s ?? -1) ||
      other.active - one.active ||
      one.username.localeCompare(other.username),
  )
}

export const isFull = (agent: OverviewAgent): boolean => agent.active >= agent.capacity

/**
 * Returns whom a waiting chat can be given to: those who are there, its own team first.
 * Supervisors may give an agent more than their capacity, so the full ones are listed as well, last.
 */
export function listCandidates(agents: readonly OverviewAgent[], team: string): OverviewAgent[] {
  return agents
    .filter((agent) => agent.is_connected && agent.state === 'ready' && agent.role !== 'readonly')
    .sort(
      (one, other) =>
        Number(isFull(one)) - Number(isFull(other)) ||
        Number(other.teams.includes(team)) - Number(one.teams.includes(team)) ||
        one.active / one.capacity - other.active / other.capacity ||
        one.username.localeCompare(other.username),
    )
}

/** Of a waiting chat: the server's time minus its request, whatever this computer's clock says. */
export function waitedSeconds(entry: Entry, now: Date): number {
  const since = new Date(entry.handover?.requested_at ?? entry.last_at).getTime()
  return Math.max(0, Math.round((now.getTime() - since) / 1000))
}

export interface Bar {
  hour: number
  requested: number
  taken: number
  unattended: number
}

/** Returns the hours without gaps, at least 8 to 18 o'clock, so that the day's shape can be seen. */
export function fillHours(hours: readonly OverviewHour[]): Bar[] {
  const known = new Map(hours.map((hour) => [hour.hour, hour]))
  const first = Math.min(8, ...known.keys())
  const last = Math.max(18, ...known.keys())
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const { requested = 0, taken = 0, unattended = 0 } = known.get(first + index) ?? {}
    return { hour: first + index, requested, taken, unattended }
  })
}

/** Returns the top of the axis: a round even number not below the highest bar. */
export function findScaleTop(bars: readonly Bar[]): number {
  const highest = Math.max(4, ...bars.map((bar) => Math.max(bar.requested, bar.taken + bar.unattended)))
  const step = 10 ** Math.floor(Math.log10(highest))
  return [1, 2, 3, 4, 6, 8, 10].map((factor) => factor * step).find((top) => top >= highest) ?? highest
}

function presenceRank(agent: OverviewAgent): number {
  if (!agent.is_connected) return 2
  return agent.state === 'ready' ? 0 : 1
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
