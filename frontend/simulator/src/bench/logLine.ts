/** A log entry in the words of the bench. Pure. */

import type { LogEntry } from '../client/model'
import { apiPaths } from './apiFaults'

export interface LogLine {
  direction: string
  title: string
  result: string
  tone: 'good' | 'bad' | 'neutral'
}

const kinds: Record<string, string> = {
  text: '文字',
  image: '图片',
  voice: '语音',
  video: '视频',
  location: '位置',
  link: '链接',
}
const outcomes: Record<string, string> = {
  answered: '已应答',
  timeout: '超时',
  unreachable: '连不上',
  failed: '服务器出错',
  lost: '应答丢失',
  dropped: '已断开',
  ok: '成功',
}

/** What the commonest error codes mean; the others keep the platform's own words. */
const codes: Record<number, string> = {
  [-1]: '系统繁忙',
  40001: 'access_token 无效',
  40003: 'OpenID 不对',
  40007: '素材不存在',
  40013: 'AppID 不对',
  40018: '菜单名称太长',
  40029: 'code 无效',
  40125: 'AppSecret 不对',
  40163: 'code 已用过',
  42001: 'access_token 过期',
  43004: '用户没有关注',
  45002: '内容太长',
  45015: '不在可回复的时间内',
  45047: '条数用完了',
  46003: '还没有菜单',
  48001: '没有接口权限',
}

export function describeEntry(entry: LogEntry): LogLine {
  if (entry.kind === 'note')
    return { direction: '※', title: nameOf(entry.what), result: entry.outcome, tone: 'neutral' }
  if (entry.kind === 'api') return { direction: '←', title: apiPaths[entry.what] ?? entry.what, ...resultOfCall(entry) }
  const attempt = (entry.attempt ?? 1) > 1 ? `（第 ${entry.attempt} 次）` : ''
  const isGood = entry.outcome === 'answered' && (entry.status ?? 0) < 400
  const result = [entry.status, outcomes[entry.outcome] ?? entry.outcome].filter(Boolean).join(' ')
  return { direction: '→', title: nameOf(entry.what) + attempt, result, tone: isGood ? 'good' : 'bad' }
}

export function describeDuration(ms: number | null): string {
  if (ms === null) return ''
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

function nameOf(what: string): string {
  return what.startsWith('event:') ? `事件 ${what.slice(6)}` : (kinds[what] ?? what)
}

function resultOfCall(entry: LogEntry): Pick<LogLine, 'result' | 'tone'> {
  const outcome = outcomes[entry.outcome] ?? entry.outcome
  if (entry.code) return { result: `errcode ${entry.code} ${codes[entry.code] ?? outcome}`.trim(), tone: 'bad' }
  const isGood = entry.status !== null && entry.status < 400
  return { result: isGood ? outcome : [entry.status, outcome].filter(Boolean).join(' '), tone: isGood ? 'good' : 'bad' }
}
