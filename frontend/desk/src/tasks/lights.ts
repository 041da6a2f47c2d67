/** The lights in words and shapes: colour is never the only sign. Pure. */

import type { Light } from '../api/taskTypes'

export interface LightText {
  title: string
  hint: string
}

/** The worst first; what cannot be judged comes last. */
export const lightOrder: readonly Light[] = ['red', 'yellow', 'green', 'done', 'grey']

export const lightTexts: Record<Light, LightText> = {
  red: { title: '红灯', hint: '比按日期应有的进度慢四分之一以上，或期限已过还没有达到目标' },
  yellow: { title: '黄灯', hint: '比按日期应有的进度慢一成以上，或数值需要核对' },
  green: { title: '绿灯', hint: '跟得上按日期应有的进度' },
  done: { title: '已达标', hint: '最新进展已经达到目标，或任务已经记为完成' },
  grey: { title: '无法判断', hint: '没有可以计量的目标、没有期限，或还没有进展数值' },
}

/** How bad a light is, for sorting: 0 is the worst. */
export function rankOf(light: Light): number {
  const rank = lightOrder.indexOf(light)
  return rank < 0 ? lightOrder.length : rank
}
