/** Faults of single API calls, as lines that can be read, added and taken away. Pure. */

import type { Faults } from '../client/model'

export type FaultKind = 'error' | 'delay' | 'drop-before' | 'drop-after'

export interface ApiFault {
  key: 'api_errors' | 'api_delay_s' | 'api_drop'
  path: string
  text: string
}

export const apiPaths: Record<string, string> = {
  '/cgi-bin/message/custom/send': '发送客服消息',
  '/cgi-bin/message/custom/typing': '正在输入',
  '/cgi-bin/stable_token': '取 access_token',
  '/cgi-bin/menu/get': '读取菜单',
  '/cgi-bin/menu/create': '创建菜单',
  '/cgi-bin/menu/delete': '删除菜单',
  '/cgi-bin/media/get': '下载素材',
  '/sns/oauth2/access_token': '网页授权换身份',
}

/** Returns what is set now. What has been used up is not shown. */
export function listApiFaults(faults: Faults): ApiFault[] {
  const cut = faults.when === 'before' ? '生效前断开' : '生效后断开'
  return [
    ...lines('api_errors', faults.api_errors, (codes) => (codes.length ? `返回 ${codes.join('、')}` : '')),
    ...lines('api_delay_s', faults.api_delay_s, (seconds) => (seconds ? `晚答 ${seconds} 秒` : '')),
    ...lines('api_drop', faults.api_drop, (calls) => (calls > 0 ? `${cut} ${calls} 次` : '')),
  ]
}

/** Returns the change that adds the fault; null if the written value does not fit its kind. */
export function addApiFault(faults: Faults, path: string, kind: FaultKind, written: string): Partial<Faults> | null {
  if (kind === 'error') {
    const codes = written
      .split(/[\s,，、]+/)
      .filter(Boolean)
      .map(Number)
    return codes.length && codes.every(Number.isInteger)
      ? { api_errors: { ...faults.api_errors, [path]: codes } }
      : null
  }
  const value = Number(written)
  if (!(value > 0)) return null
  if (kind === 'delay') return { api_delay_s: { ...faults.api_delay_s, [path]: value } }
  const when = kind === 'drop-before' ? 'before' : 'after'
  return Number.isInteger(value) ? { api_drop: { ...faults.api_drop, [path]: value }, when } : null
}

export function removeApiFault(faults: Faults, { key, path }: ApiFault): Partial<Faults> {
  return { [key]: Object.fromEntries(Object.entries(faults[key]).filter(([other]) => other !== path)) }
}

function lines<T>(key: ApiFault['key'], byPath: Record<string, T>, describe: (value: T) => string): ApiFault[] {
  return Object.entries(byPath).flatMap(([path, value]) => {
    const text = describe(value)
    return text ? [{ key, path, text: `${apiPaths[path] ?? path}：${text}` }] : []
  })
}
