import type { TaskCard, TaskDetail, TaskProgress } from '../src/api/taskTypes'

export function makeTask(id: string, change: Partial<TaskCard> = {}): TaskCard {
  return {
    id,
    environment: '法治',
    environment_title: '法治环境',
    name: `任务${id}`,
    measure: '',
    metric: '',
    comparison: '',
    target_value: '',
    target_mid: null,
    target_stretch: null,
    unit: '',
    rank_goal: '',
    deadline: '',
    status: '计划',
    lead_unit: '',
    leader: '',
    team: [],
    due_on: null,
    paragraph: 'P13',
    light: 'grey',
    light_reason: '没有可以计量的目标，不评灯。',
    latest: null,
    completion: null,
    version: 0,
    page_url: `/tasks/${id}`,
    cases: 0,
    ...change,
  }
}

export function makeAdditions(change: Partial<TaskDetail['additions']> = {}): TaskDetail['additions'] {
  return {
    lead_unit: '',
    leader: '',
    team: [],
    due_on: null,
    started_on: null,
    state: '',
    source: '',
    updated_by: null,
    updated_by_name: null,
    updated_at: null,
    ...change,
  }
}

export function makeProgress(id: number, change: Partial<TaskProgress> = {}): TaskProgress {
  return {
    id,
    on: '2026-06-30',
    value: '80',
    note: '',
    evidence: '月报',
    author: 'wang',
    author_name: '王芳',
    at: '2026-07-01T02:00:00Z',
    withdrawn_at: null,
    withdrawn_by: null,
    withdrawn_by_name: null,
    ...change,
  }
}
