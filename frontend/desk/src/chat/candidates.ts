/** To whom a conversation can be given, those with room first. Pure. */

import type { SetupAgent } from '../api/types'

export interface Candidate extends SetupAgent {
  isAway: boolean
}

export function listCandidates(agents: readonly SetupAgent[]): Candidate[] {
  return agents
    .map((agent) => ({ ...agent, isAway: agent.state === 'away' || agent.is_connected === false }))
    .sort((a, b) => Number(a.isAway) - Number(b.isAway) || freeSlots(b) - freeSlots(a) || a.display_name.localeCompare(b.display_name, 'zh-CN'))
}

/** Returns for example 接待中 3/5; '' if nothing is known. */
export function describeLoad(agent: Candidate): string {
  const load = agent.active === undefined || agent.capacity === undefined ? '' : `${agent.active}/${agent.capacity}`
  if (agent.is_connected === false) return '不在线'
  const state = agent.state === undefined ? '' : agent.state === 'ready' ? '接待中' : '离开'
  return [state, load].filter(Boolean).join(' ')
}

function freeSlots(agent: SetupAgent): number {
  return agent.capacity === undefined || agent.active === undefined ? 0 : agent.capacity - agent.active
}
