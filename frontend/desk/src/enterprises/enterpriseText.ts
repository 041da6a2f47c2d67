/** Enterprises, who speaks for them, and the invitations in words. Pure. */

import type { Binding, EnterpriseRole, Invitation, IssuedInvitation } from '../api/caseTypes'
import { describeMoment } from '../side/times'

export const enterpriseRoles: Record<EnterpriseRole, string> = { legal_representative: '法定代表人', handler: '经办人' }

export const invitationTitles: Record<Invitation['state'], string> = {
  open: '等待使用',
  used: '已使用',
  expired: '已过期',
  revoked: '已撤销',
}

const methods: Record<string, string> = { invitation: '邀请码', oidc: '统一身份认证' }
const channels: Record<string, string> = { wechat: '微信', widget: '网页' }

export function describeWay({ method, channel }: Pick<Binding, 'method' | 'channel'>): string {
  return [channels[channel] ?? channel, methods[method] ?? method].filter(Boolean).join(' · ')
}

/** `live`: they speak for the enterprise now. */
export function stateOfBinding({ revoked_at, expires_at }: Binding, now: Date): 'live' | 'expired' | 'revoked' {
  if (revoked_at !== null) return 'revoked'
  return new Date(expires_at) <= now ? 'expired' : 'live'
}

/** Those in force first, then the newest. */
export function orderBindings(bindings: readonly Binding[], now: Date): Binding[] {
  const rank = (binding: Binding): number => (stateOfBinding(binding, now) === 'live' ? 0 : 1)
  return [...bindings].sort((one, other) => rank(one) - rank(other) || (one.created_at < other.created_at ? 1 : -1))
}

/** Returns what is sent along with the code, ready to be pasted into a message. */
export function composeLetter(
  { code, link, expires_at }: Pick<IssuedInvitation, 'code' | 'link' | 'expires_at'>,
  to: { enterprise: string; role: EnterpriseRole; name: string },
  now: Date,
  origin: string,
): string {
  const address = link === '' ? '' : new URL(link, origin).href
  const ways = [
    `在营商小助的聊天窗口或公众号里发送“绑定 ${code}”`,
    address === '' ? '' : `或者打开链接 ${address}`,
  ]
  return [
    `${to.name || '您好'}${to.name ? '，您好' : ''}：请您作为${to.enterprise}的${enterpriseRoles[to.role]}绑定营商小助，之后可以登记和查询本企业的诉求。`,
    `绑定方法：${ways.filter(Boolean).join('，')}，再按提示输入本企业的统一社会信用代码。`,
    `邀请码 ${code}，${describeMoment(expires_at, now)}前有效，只能用一次，请不要转发给别人。`,
  ].join('\n')
}
