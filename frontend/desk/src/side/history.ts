/** What happened to a conversation, in plain Chinese: handovers, changes of hands, ratings. Pure. */

import type { Handover, Owner, OwnerChange, Setup } from '../api/types'
import { describeSeconds, secondsBetween } from './times'

export interface HistoryLine {
  at: string
  text: string
  /** What was written beside it: the note of a transfer, the words of a rating. */
  quote: string
  tone: 'plain' | 'quiet' | 'good' | 'bad'
}

/** What codes are called. Of `Setup`, so that nothing is named twice. */
export type Names = Pick<Setup, 'teams' | 'agents' | 'reasons' | 'results'>

type Details = Record<string, unknown>
type Sentence = (change: OwnerChange, detail: Details, names: Names) => string

const scores = ['', '很不满意', '不满意', '一般', '满意', '非常满意']

/** Returns the lines, earliest first. */
export function listHistory(changes: readonly OwnerChange[], handovers: readonly Handover[], names: Names): HistoryLine[] {
  const beginnings = new Set(changes.map((change) => new Date(change.at).getTime()))
  const lines = [
    ...changes.map((change) => describeChange(change, names)),
    ...handovers.flatMap((handover) => listMilestones(handover, names)),
    ...handovers
      .filter((handover) => !beginnings.has(new Date(handover.requested_at).getTime()))
      .map((handover) => describeUnattended(handover, names)),
  ]
  return lines.sort((one, other) => new Date(one.at).getTime() - new Date(other.at).getTime())
}

const sentences: Record<string, Sentence> = {
  request: (change, detail, names) => `${askedBy(change, detail, names)} → ${teamOf(detail, names)}排队`,
  step_in: (change, _, names) => `${nameOf(change.to_owner, names)}主动接入（原由小助回答）`,
  take: (change, _, names) => `${nameOf(change.to_owner, names)}接入`,
  assign: (change, _, names) => `${actorOf(change, names, '系统')}指派给${nameOf(change.to_owner, names)}`,
  transfer: (change, _, names) => `${nameOf(change.from_owner, names)}转接给${nameOf(change.to_owner, names)}`,
  transfer_team: (change, detail, names) => `${actorOf(change, names, '坐席')}转到${teamOf(detail, names)}排队`,
  reassign: (change, _, names) =>
    `${actorOf(change, names, '主管')}改派给${nameOf(change.to_owner, names)}（原为${nameOf(change.from_owner, names)}）`,
  escalate: (_, detail, names) => `等待超时 → 转到${teamOf(detail, names)}排队`,
  release: (change, detail, names) => `${nameOf(change.from_owner, names)}已离开 → 回到${teamOf(detail, names)}排队`,
  return: (change, _, names) => `${actorOf(change, names, '坐席')}交还小助`,
  withdraw: () => '用户不再等待，由小助继续',
  give_up: () => '无人接入 → 转为留言，由小助继续',
  close: (change, detail, names) => `${actorOf(change, names, '坐席')}结束服务${resultOf(detail, names)}`,
  expire: () => '用户长时间没有回应，服务自动结束',
}
const tones: Record<string, HistoryLine['tone']> = { escalate: 'bad', release: 'bad', give_up: 'bad' }

function describeChange(change: OwnerChange, names: Names): HistoryLine {
  const detail = readDetail(change.detail)
  const tell = sentences[change.transition]
  return {
    at: change.at,
    text: tell ? tell(change, detail, names) : `${nameOf(change.from_owner, names)} → ${nameOf(change.to_owner, names)}`,
    quote: textOf(detail.note) || textOf(detail.hint),
    tone: detail.result === 'solved' ? 'good' : (tones[change.transition] ?? 'plain'),
  }
}

/** A request that nobody was there for changed no hands: only the request itself tells of it. */
function describeUnattended({ requested_at, reason }: Handover, names: Names): HistoryLine {
  return { at: requested_at, text: `${describeRequest(reason, names)} → 当时无人接待，转为留言`, quote: '', tone: 'bad' }
}

function listMilestones(handover: Handover, names: Names): HistoryLine[] {
  const lines: HistoryLine[] = []
  if (handover.result === 'done' && handover.ended_at) {
    const who = handover.taken_by ? nameOf(`agent:${handover.taken_by}`, names) : ''
    lines.push({ at: handover.ended_at, text: `${who}处理了留言`, quote: handover.closing_note ?? '', tone: 'good' })
  }
  if (handover.first_reply_at) {
    const waited = describeSeconds(secondsBetween(handover.requested_at, new Date(handover.first_reply_at)))
    lines.push({ at: handover.first_reply_at, text: `首次人工回复（用户等了${waited}）`, quote: '', tone: 'quiet' })
  }
  if (handover.survey) lines.push(describeSurvey(handover.survey))
  return lines
}

function describeSurvey({ asked_at, score, comment }: NonNullable<Handover['survey']>): HistoryLine {
  if (score === null) return { at: asked_at, text: '已请用户评价，还没有回应', quote: '', tone: 'quiet' }
  const tone = score >= 4 ? 'good' : score <= 2 ? 'bad' : 'plain'
  return { at: asked_at, text: `用户评价${describeScore(score)}`, quote: comment ?? '', tone }
}

/** Returns 5分 非常满意. */
export function describeScore(score: number): string {
  return `${score}分 ${scores[score] ?? ''}`.trim()
}

/** A request by the user is called so; what the bot or a rule asked for is called by its reason. */
function askedBy(change: OwnerChange, detail: Details, names: Names): string {
  const reason = textOf(detail.reason)
  return describeRequest(reason === '' && change.by === 'user' ? 'request_human' : reason, names)
}

function describeRequest(reason: string, names: Names): string {
  if (reason === 'request_human') return '用户要求转人工'
  const title = names.reasons[reason]
  return title ? `转人工（${title}）` : '转人工'
}

function actorOf(change: OwnerChange, names: Names, otherwise: string): string {
  if (change.by_name) return change.by_name
  return change.by?.startsWith('agent:') ? nameOf(change.by, names) : otherwise
}

function nameOf(owner: Owner, names: Names): string {
  if (owner === 'bot') return '小助'
  if (owner === 'queue') return '排队'
  const username = owner.replace(/^agent:/, '')
  return names.agents.find((agent) => agent.username === username)?.display_name ?? username
}

function teamOf(detail: Details, names: Names): string {
  const team = textOf(detail.team) || textOf(detail.to_team)
  return textOf(detail.team_title) || (names.teams.find(({ id }) => id === team)?.title ?? '')
}

function resultOf(detail: Details, names: Names): string {
  const result = textOf(detail.result)
  return result ? `：${names.results[result] ?? result}` : ''
}

function readDetail(detail: unknown): Details {
  return typeof detail === 'object' && detail !== null ? (detail as Details) : {}
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : ''
}
