/** The small forms of the phone, filled with something that can be sent as it is. */

import type { Field } from './FormSheet.vue'

export function placeFields(): Field[] {
  return [
    { name: 'label', label: '地点', value: '杭州市民中心' },
    { name: 'latitude', label: '纬度', value: '30.2468', isNumber: true },
    { name: 'longitude', label: '经度', value: '120.2108', isNumber: true },
  ]
}

export function linkFields(): Field[] {
  return [
    { name: 'title', label: '标题', value: '企业开办一件事' },
    { name: 'description', label: '摘要', value: '营业执照、公章、税务一次办', isOptional: true },
    { name: 'url', label: '网址', value: 'https://www.zjzwfw.gov.cn/' },
  ]
}

export function sceneFields(): Field[] {
  return [{ name: 'scene', label: '场景值', value: 'hall-1' }]
}
