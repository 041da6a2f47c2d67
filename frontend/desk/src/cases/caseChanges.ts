/** What each change of a case asks for before it is made, and in which words. Pure. */

import type { CaseTransition } from '../api/caseTypes'

export interface ChangeForm {
  title: string
  confirm: string
  /** Under the title: what happens, and who is told. */
  hint: string
  /** '' = no words are asked for. */
  label: string
  placeholder: string
  /** Said when it is done. */
  done: string
}

/** Those that need a dialog; an answer has its own box, a reopening is the enterprise's. */
export const changeForms: Partial<Record<CaseTransition, ChangeForm>> = {
  accept: {
    title: '受理这件诉求',
    confirm: '受理',
    hint: '企业会收到“已受理”的消息和承诺的办结日。',
    label: '给企业的话（可不填）',
    placeholder: '例如：已收到，我们先向属地核实情况',
    done: '已受理',
  },
  reject: {
    title: '不予受理',
    confirm: '不予受理',
    hint: '企业会看到理由。请说清楚为什么，以及可以找谁。',
    label: '理由',
    placeholder: '例如：这件事已进入仲裁程序，请以仲裁结果为准；程序问题可以咨询……',
    done: '已告知企业不予受理',
  },
  assign: {
    title: '转给部门',
    confirm: '转部门',
    hint: '部门马上能看到，企业会收到“已转部门”的消息。',
    label: '给部门的话（可不填）',
    placeholder: '例如：企业已提交过材料，重点请看补缴的时间',
    done: '已转给部门',
  },
  send_back: {
    title: '退回服务台',
    confirm: '退回',
    hint: '退回后由服务台重新安排，企业不会收到消息。',
    label: '为什么不属于本部门',
    placeholder: '例如：此事由区住建局负责，建议转……',
    done: '已退回服务台',
  },
  ask_more: {
    title: '请企业补充',
    confirm: '发给企业',
    hint: '企业补充之前不计时。请一次说全，用企业看得懂的话。',
    label: '请企业补充什么',
    placeholder: '例如：请补充：1. 通知书的照片；2. 第一次申请的大概日期',
    done: '已请企业补充',
  },
  supplement: {
    title: '记下企业的补充',
    confirm: '记下',
    hint: '企业打电话来补充时用。记下后继续计时。',
    label: '企业补充了什么',
    placeholder: '例如：企业来电说，通知书编号是……',
    done: '已记下，继续办理',
  },
  close: {
    title: '办结',
    confirm: '办结',
    hint: '企业会收到办结的消息，可以评价，也可以要求重新办理一次。',
    label: '小结（可不填）',
    placeholder: '例如：企业来电确认问题已解决',
    done: '已办结',
  },
  withdraw: {
    title: '替企业撤回',
    confirm: '撤回',
    hint: '只在企业明确说不用再办时撤回。撤回后不能恢复，可以重新登记。',
    label: '企业怎么说的（可不填）',
    placeholder: '例如：企业来电说已经自行解决',
    done: '已撤回',
  },
}

/** The order of the buttons; the first that may be done is the main one. */
export const actionOrder: readonly CaseTransition[] = [
  'accept',
  'answer',
  'close',
  'assign',
  'start',
  'ask_more',
  'supplement',
  'send_back',
  'reject',
  'withdraw',
]

/** Returns what may be done, in the buttons' order. What only the enterprise does is left out. */
export function listActions(can: readonly CaseTransition[]): CaseTransition[] {
  return actionOrder.filter((transition) => can.includes(transition))
}
