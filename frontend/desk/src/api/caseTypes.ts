/** Cases, enterprises and work items as the server tells them (the contract's field names). Times are ISO, UTC; days are 2026-11-23. */

export type CaseType = 'consult' | 'complaint' | 'help' | 'suggestion'
export type CaseUrgency = 'normal' | 'urgent'
export type CaseState =
  | 'submitted'
  | 'accepted'
  | 'assigned'
  | 'in_progress'
  | 'waiting'
  | 'answered'
  | 'closed'
  | 'rejected'
  | 'withdrawn'
export type CaseTransition =
  | 'accept'
  | 'reject'
  | 'assign'
  | 'send_back'
  | 'start'
  | 'ask_more'
  | 'supplement'
  | 'answer'
  | 'close'
  | 'withdraw'
  | 'reopen'
export type CaseBox = 'open' | 'mine' | 'department' | 'waiting' | 'overdue' | 'closed' | 'all'

export interface EnterpriseName {
  credit_code: string | null
  name: string
}

export interface CaseCard {
  id: string
  number: string
  title: string
  type: CaseType
  state: CaseState
  urgency: CaseUrgency
  subject: string | null
  district: string | null
  department: string | null
  department_title: string | null
  assignee: string | null
  enterprise: EnterpriseName | null
  filed_at: string
  last_at: string
  due_on: string
  /** The day lies in a year whose holidays are not announced yet. */
  due_provisional: boolean
  /** Working days; negative when it is overdue, null while nobody has to keep to it. */
  days_left: number | null
  is_overdue: boolean
  escalation_level: number
  source: string
  version: number
}

export interface CaseCounts {
  open: number
  mine: number
  overdue: number
  waiting: number
}

export interface CasePage {
  cases: CaseCard[]
  next: string | null
  counts: CaseCounts
}

export interface CaseEvent {
  id: number
  kind: 'filed' | 'state' | 'edit' | 'note' | 'addition' | 'link' | 'rating' | 'escalation'
  transition: CaseTransition | null
  from_state: CaseState | null
  to_state: CaseState | null
  text: string
  detail: Record<string, unknown> | null
  by: string
  by_name: string
  /** The enterprise never sees it. */
  is_internal: boolean
  at: string
}

export type CaseLinkKind = 'conversation' | 'task' | 'article' | 'case' | 'attachment' | 'work_item' | 'handover'

export interface CaseLink {
  id: number
  kind: CaseLinkKind
  target: string
  title: string
  by: string
  at: string
}

export interface CaseDetail extends CaseCard {
  what: string
  place: string
  since: string
  wish: string
  contact: { name: string; phone: string }
  answer: string | null
  result: string | null
  /** 1–5. */
  rating: number | null
  rating_comment: string | null
  conversation_id: string | null
  handover_id: number | null
  can: CaseTransition[]
  events: CaseEvent[]
  links: CaseLink[]
  can_edit: boolean
  filed_by_name: string
}

export interface CaseDepartment {
  id: string
  title: string
  /** What it usually answers. */
  subjects: string[]
  districts?: string[]
}

export interface CaseSetup {
  types: Record<CaseType, string>
  states: Record<CaseState, string>
  transitions: Record<CaseTransition, { title: string; needs_text: boolean; sources: CaseState[] }>
  urgencies: Record<CaseUrgency, string>
  departments: CaseDepartment[]
  districts: string[]
  results: Record<string, string>
  /** Working days promised, by type. */
  days: Record<CaseType, number>
  urgent_days: number
  sources: Record<string, string>
  agents: { username: string; display_name: string }[]
  today: string
  /** From this day on the holidays are not announced. */
  calendar: { provisional_from: string | null }
  /** Intent → Chinese title. */
  subjects?: Record<string, string>
}

/** What is filed; what is empty was not said. An edit empties a field with ''. */
export interface CaseDraft {
  type: CaseType
  title: string
  what: string
  subject: string | null
  district: string | null
  urgency: CaseUrgency
  place: string
  since: string
  wish: string
  contact_name: string
  contact_phone: string
  credit_code: string | null
  enterprise_name: string
}

export interface NewCase extends CaseDraft {
  conversation_id?: string
  handover_id?: number
  /** What is filed with the same one again is the same case. */
  client_id: string
}

export type CaseEdit = Partial<Record<keyof CaseDraft, string>> & { assignee?: string }

export interface CaseChange {
  transition: CaseTransition
  version: number
  text?: string
  department?: string
  result?: string
}

export interface CaseQuery {
  box?: CaseBox
  q?: string
  type?: string
  state?: string
  subject?: string
  district?: string
  department?: string
  urgency?: string
  credit_code?: string
  conversation_id?: string
  before?: string | null
  limit?: number
}

export type EnterpriseRole = 'legal_representative' | 'handler'

export interface EnterpriseCard {
  credit_code: string
  name: string
  district: string | null
  cases: number
  bindings: number
}

export interface Binding {
  id: string
  channel: string
  role: EnterpriseRole
  role_title: string
  person_name: string
  method: string
  created_at: string
  expires_at: string
  revoked_at: string | null
}

export interface Invitation {
  id: string
  role: EnterpriseRole
  person_name: string
  created_by: string
  created_at: string
  expires_at: string
  state: 'open' | 'used' | 'expired' | 'revoked'
}

export interface EnterpriseDetail extends Omit<EnterpriseCard, 'bindings' | 'cases'> {
  bindings: Binding[]
  invitations: Invitation[]
  cases: CaseCard[]
}

/** The code is nowhere else. */
export interface IssuedInvitation {
  id: string
  code: string
  link: string
  expires_at: string
}

export type WorkItemState = 'proposed' | 'accepted' | 'declined' | 'done'

export interface WorkItem {
  id: number
  title: string
  state: WorkItemState
  subject: string
  subject_title: string
  district: string | null
  department: string | null
  department_title: string | null
  task_id: string | null
  task_name: string | null
  /** How often it was said. */
  size: number
  /** By how many. */
  askers: number
  proposed_at: string
  decided_by: string | null
  decided_at: string | null
  done_at: string | null
  /** As everybody who asked is told. */
  outcome: string
  /** Why it was declined. */
  reason: string
  /** How many are told; 0 before it is done. */
  to_tell: number
  told: number
  /** The work item of the same matter, when two turned out to be one. */
  twin_id?: number | null
  version: number
}

export interface Evidence {
  kind: 'case' | 'question'
  reference: string
  /** A case's number. */
  number: string | null
  text: string
  asker_name: string
  district: string | null
  at: string
  /** A case's or a conversation's id. */
  page: string
}

export interface WorkItemDetail extends WorkItem {
  /** What the texts have in common. */
  words: string[]
  evidence: Evidence[]
}

export interface WorkItemChange {
  transition: 'accept' | 'decline' | 'done' | 'link'
  version: number
  text?: string
  department?: string
  task_id?: string
}

/** The part of a reform task that is needed to link it. */
export interface TaskName {
  id: string
  name: string
  environment_title: string
}
