/** Whether a WeChat user can still be written to, in words. Pure. */

import type { DeliveryWindow } from '../api/types'
import { describeMoment } from './times'

export interface DeliveryText {
  tone: 'good' | 'warning' | 'bad'
  text: string
}

/** With so few left, the agent should save them. */
const fewLeft = 2

export function describeDelivery(delivery: DeliveryWindow, now: Date): DeliveryText {
  if (!delivery.is_subscribed) return { tone: 'bad', text: '用户已取消关注，消息送不到' }
  if (!delivery.may_send) return { tone: 'warning', text: '公众号没有客服消息权限，回复会随用户的下一条消息送出' }
  const isOver = delivery.left_until !== null && new Date(delivery.left_until) <= now
  if (isOver || delivery.left === 0) {
    return { tone: 'warning', text: `${isOver ? '可回复的时间已过' : '可发的条数已用完'}，要等用户再发一条消息` }
  }
  const amount = delivery.left === null ? '可以回复' : `还可发${delivery.left}条`
  const until = delivery.left_until ? `，到${describeMoment(delivery.left_until, now)}为止` : ''
  return { tone: (delivery.left ?? fewLeft + 1) <= fewLeft ? 'warning' : 'good', text: amount + until }
}
