/** The reform tasks as the server tells of them. Days are 2026-12-31. */

export type Light = 'green' | 'yellow' | 'red' | 'grey' | 'done'
export type Comparison = '>=' | '<=' | '=' | '>=*'

export interface TaskCard {
  id: string
  environment: string
  environment_title: string
  name: string
  measure: string
  metric: string
  comparison: Comparison | ''
  /** Decimal numbers as texts; '' = the report does not say. */
  target_value: string
  /** The further steps of a target that has several. */
  target_mid: string | null
  target_stretch: string | null
  unit: string
  rank_goal: string
  /** In the report's own words, such as 全年(2023) or 未写. */
  deadline: string
  /** Here and in lead_unit, what was added wins over the report. */
  status: string
  lead_unit: string
  leader: string
  team: string[]
  due_on: string | null
  /** Of the report, such as P13. */
  paragraph: string
  light: Light
  light_reason: string
  latest: { on: string; value: string; note: string; evidence?: string } | null
  /** 0–1; null where no entry can be measured. */
  completion: number | null
  /** 0 while nothing was added. */
  version: number
  page_url: string
  cases: number
}

export interface TaskProgress {
  id: number
  on: string
  /** A decimal number in the task's unit; '' = words only. */
  value: string
  note: string
  evidence: string
  author: string
  author_name: string
  at: string
  withdrawn_at: string | null
  withdrawn_by: string | null
  withdrawn_by_name: string | null
}

export interface TaskChange {
  /** Field → before and after. */
  changes: Record<string, [unknown, unknown]>
  by: string
  by_name: string
  way: string
  at: string
}

export interface TaskDetail extends TaskCard {
  /** The report's words, in its own script. */
  evidence: string
  /** Where the additions are known from. */
  source: string
  started_on: string | null
  report: { lead_unit: string; status: string; deadline: string }
  additions: TaskAdditions & { updated_by: string | null; updated_by_name: string | null; updated_at: string | null }
  progress: TaskProgress[]
  changes: TaskChange[]
  sources: { title: string; section: string | null; page_url: string | null; url?: string | null }[]
}

export interface TaskCounts {
  lights: Partial<Record<Light, number>>
  environments: Record<string, number>
}

export interface TaskPage {
  tasks: TaskCard[]
  counts: TaskCounts
}

export interface TaskQuery {
  q?: string
  environment?: string
  status?: string
  light?: string
  has_target?: string
  list?: string
}

/** What people know beyond the report; '' = still not stated. Only what changes is sent. */
export interface TaskAdditions {
  lead_unit: string
  leader: string
  team: string[]
  due_on: string | null
  started_on: string | null
  state: string
  source: string
}

export interface NewProgress {
  on: string
  value: string
  note: string
  evidence: string
}

export interface BenchmarkList {
  id: string
  title: string
  goal: string
  source: string
  /** `said`: the report's words that name the task here. */
  tasks: (TaskCard & { said: string })[]
}

export type EnvironmentLights = Record<Light, number> & { environment: string; environment_title: string }

export interface LatestProgress {
  task_id: string
  name: string
  on: string
  /** '' = words only. */
  value: string
  unit: string
  note: string
  author_name: string
}

export interface TaskOverview {
  lights: EnvironmentLights[]
  /** `month`: 2026-12. */
  due: { month: string; n: number }[]
  with_target: number
  total: number
  behind: TaskCard[]
  latest: LatestProgress[]
  lists: BenchmarkList[]
}

export interface ImportChange {
  row: number
  task_id: string
  field: string
  field_title: string
  before: string
  after: string
}

export interface ImportError {
  /** null = about the whole file. */
  row: number | null
  /** Of the sheet, such as F; null = the whole row. */
  column: string | null
  message: string
}

export interface ImportPreview {
  /** What applies it, once and within half an hour; null while there are errors, or nothing to apply. */
  token: string | null
  rows: number
  changes: ImportChange[]
  errors: ImportError[]
  unchanged: number
}
