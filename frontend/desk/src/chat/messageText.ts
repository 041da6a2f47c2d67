/** What stands beside a message, in words. Pure. */

import type { Attachment, DeskMessage, MessageDelivery, Setup, Source } from '../api/types'
import { describeDate } from '../side/times'

/** Intents that are no subject; those have their titles in the setup. */
const dialogueTitles: Record<string, string> = {
  greet: '问候',
  goodbye: '告别',
  thank: '致谢',
  bot_capability: '问能做什么',
  file_case: '要提交事项',
  check_case: '查办理进度',
  affirm: '肯定',
  deny: '否定',
  request_human: '要求转人工',
  complain: '投诉、不满',
  urgent_harm: '紧急损害',
  distress: '情绪危机',
  danger: '人身危险',
  fraud_victim: '被骗求助',
  other_city: '外地事务',
  illegal_request: '违法请求',
  personal_data: '查询他人信息',
  chitchat: '闲聊',
  out_of_scope: '超出范围',
  ask_aspect: '追问某一方面',
  unclear: '说得不明确',
  nlu_fallback: '没有听懂',
  choose_subject: '选了一个主题',
  show_passage: '选了一条知识',
}

export function describeIntent(intent: DeskMessage['intent'], setup: Setup | null): string {
  if (!intent) return ''
  const title = setup?.subjects[intent.name] ?? dialogueTitles[intent.name] ?? intent.name
  return `${title} ${Math.round(intent.confidence * 100)}%`
}

const bandTitles: Record<string, string> = {
  answer: '直接回答',
  confirm: '请用户确认',
  clarify: '反问',
  refuse: '未作答',
  handover: '转人工',
}

export function describeBand(band: string | null | undefined): string {
  return bandTitles[band ?? ''] ?? ''
}

export function describeSource(source: Source): string {
  return source.section ? `${source.title} · ${source.section}` : source.title
}

export function describeSourceDetails(source: Source): string {
  const details = [source.document_no ?? '', source.checked_on ? `${describeDate(source.checked_on)}核对` : '']
  return details.filter((detail) => detail !== '').join('，')
}

/** Returns where a person can read the whole, on our server or the publisher's; null for anything that is no page. */
export function findSourceAddress(source: Source): string | null {
  if (/^\/(?![/\\])[^\s\\]*$/.test(source.page_url ?? '')) return source.page_url ?? null
  return /^https?:\/\/[^\s]+$/i.test(source.url ?? '') ? (source.url ?? null) : null
}

export interface DeliveryMark {
  tone: 'quiet' | 'waiting' | 'bad'
  text: string
}

/** What WeChat's refusals mean for an agent. Source: the platform's list of return codes, read 2026-11. */
const refusals: Record<number, string> = {
  45015: '用户超过 48 小时未互动',
  45047: '下发条数已达上限',
  43004: '用户已取消关注',
  48001: '公众号没有客服消息权限',
  45002: '内容太长',
  87014: '内容未通过平台审核',
}

/** Returns null where there is nothing to tell: a message that only has to be stored has arrived. */
export function describeMessageDelivery(delivery: MessageDelivery | null): DeliveryMark | null {
  if (!delivery) return null
  if (delivery.status === 'delivered') return { tone: 'quiet', text: '已送达' }
  if (delivery.status === 'held') return { tone: 'waiting', text: `${reasonOf(delivery, '')}将随用户下一条消息送出` }
  if (delivery.status === 'failed') return { tone: 'bad', text: `未送达：${reasonOf(delivery, '原因不明').replace(/，$/, '')}` }
  return { tone: 'quiet', text: '正在送达…' }
}

function reasonOf({ code, error }: MessageDelivery, otherwise: string): string {
  const known = code === null ? undefined : refusals[code]
  if (known) return `${known}，`
  const isChinese = /[一-鿿]/.test(error ?? '')
  const text = isChinese ? `${error}，` : otherwise
  return code !== null && !known ? `${text.replace(/，$/, '')}（${code}）${text === otherwise ? '' : '，'}` : text
}

const attachmentNames: Record<string, string> = { image: '图片', voice: '语音', video: '视频', file: '文件' }
const attachmentStates: Record<string, string> = { pending: '正在接收…', failed: '没有接收成功', too_large: '太大，没有接收' }

/** Returns for example 语音 12秒, or 图片 2.4 MB · 没有接收成功. */
export function describeAttachment(attachment: Attachment): string {
  const name = attachmentNames[attachment.kind] ?? '附件'
  const measure = attachment.seconds ? `${Math.round(attachment.seconds)}秒` : describeSize(attachment.size_bytes)
  return [measure ? `${name} ${measure}` : name, attachmentStates[attachment.state] ?? ''].filter(Boolean).join(' · ')
}

function describeSize(bytes: number | null | undefined): string {
  if (!bytes) return ''
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
