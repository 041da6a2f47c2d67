/** The keys of the tasks' pages, for the help. */

export const taskKeys: readonly { keys: string; title: string }[] = [
  { keys: '/', title: '查找任务' },
  { keys: 'J 或 ↓', title: '下一行' },
  { keys: 'K 或 ↑', title: '上一行' },
  { keys: 'Home、End', title: '第一行、最后一行' },
  { keys: 'Enter', title: '打开任务' },
  { keys: 'Esc', title: '返回任务表' },
  { keys: 'Alt + ↑、Alt + ↓', title: '上一项、下一项任务' },
  { keys: 'E', title: '编辑补充信息' },
  { keys: 'P', title: '记进展' },
]
