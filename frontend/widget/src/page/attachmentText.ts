/** A file that came with a message, in words. */

import type { Attachment } from '../chat/message'
import { isOwnPath } from './ownPath'

const names: Record<string, string> = { image: '图片', voice: '语音', video: '视频', file: '文件' }
const states: Record<string, string> = {
  stored: '已收到',
  pending: '正在接收…',
  failed: '没有接收成功，请重新发送',
  too_large: '太大，没有接收',
}

/** Returns for example 语音 12秒 · 已收到. A kind or state that is not known yet is still told. */
export function describeAttachment(attachment: Attachment): string {
  const name = names[attachment.kind] ?? '附件'
  const measure = attachment.seconds ? `${Math.round(attachment.seconds)}秒` : describeSize(attachment.size_bytes)
  const what = measure ? `${name} ${measure}` : name
  const state = states[attachment.state]
  return state ? `${what} · ${state}` : what
}

/** Returns the path of a picture that can be fetched here: a token must never go to another site. */
export function findPicture(attachment: Attachment): string | null {
  const isHere = attachment.kind === 'image' && attachment.state === 'stored' && isOwnPath(attachment.url)
  return isHere ? attachment.url : null
}

function describeSize(bytes: number | null | undefined): string {
  if (!bytes) return ''
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
