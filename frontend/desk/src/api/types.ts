/** What the server says, in its own words (the contract's field names). Times are ISO, UTC. */

export type Role = 'agent' | 'supervisor' | 'admin' | 'department' | 'readonly'
export type Permission = 'cases' | 'read' | 'talk' | 'supervise' | 'administer'
export type PresenceState = 'ready' | 'away'

export interface Presence {
  state: PresenceState
  takes_automatically: boolean
}

export interface TeamName {
  id: string
  title: string
}

export interface Me {
  username: string
  display_name: string
  role: Role
  teams: TeamName[]
  skills: string[]
  languages: string[]
  capacity: number
  must_change_password: boolean
  presence: Presence
  permissions: Permission[]
  /** Of somebody who answers cases for one. */
  department?: TeamName | null
}

export interface Team extends TeamName {
  /** Such as 工作日9:00–17:30. */
  hours: string
  promised_wait_s: number
  /** The team that takes over what this one does not reach. */
  next: string | null
}

export interface SetupAgent {
  username: string
  display_name: string
  /** Team ids. */
  teams: string[]
  /** How busy they are; older servers do not tell. */
  state?: PresenceState
  is_connected?: boolean
  active?: number
  capacity?: number
}

export interface Setup {
  teams: Team[]
  reasons: Record<string, string>
  results: Record<string, string>
  tags: string[]
  agents: SetupAgent[]
  /** Intent → Chinese title. */
  subjects: Record<string, string>
  now: string
}

/** `bot`, `queue` or `agent:<username>`. */
export type Owner = string
export type Channel = 'widget' | 'wechat'
export type HandoverStatus = 'waiting' | 'active' | 'unattended' | 'ended'
export type Reason =
  | 'request_human'
  | 'complain'
  | 'urgent_harm'
  | 'distress'
  | 'danger'
  | 'fraud_victim'
  | 'low_confidence'
  | 'deadline'
  | 'rule'
  | 'unanswerable'
  | 'step_in'
export type CloseResult = 'solved' | 'unsolved' | 'forwarded' | 'no_reply' | 'spam'

export interface Contact {
  phone: string
  text: string
}

export interface Survey {
  asked_at: string
  score: number | null
  comment: string | null
}

export interface Handover {
  id: number
  status: HandoverStatus
  team: string
  team_title: string
  reason: Reason
  /** 0 cannot wait, 1 should not, 2 is ordinary. */
  priority: number
  requested_at: string
  queued_at: string | null
  escalate_at: string | null
  taken_by: string | null
  taken_at: string | null
  first_reply_at: string | null
  subject: string | null
  /** What it is about, in the user's words. */
  matter: string | null
  ended_at: string | null
  closing_note: string | null
  language: string | null
  /** How a talk ended, or returned, withdrawn, followed_up, done. */
  result: string | null
  contact: Contact | null
  survey: Survey | null
  position: number | null
  recommended_to: string | null
}

export interface LastMessage {
  sender: Sender
  text: string
  at: string
  sequence: number
}

export interface Entry {
  conversation_id: string
  channel: Channel
  owner: Owner
  owner_version: number
  owner_name: string | null
  is_closed: boolean
  /** A short stable name, such as 访客 3f9a. */
  visitor: string
  handover: Handover | null
  last_message: LastMessage | null
  last_at: string
  unanswered_since: string | null
  tags: string[]
}

export type ListName = 'queue' | 'mine' | 'unattended' | 'all' | 'closed'

export interface Counts {
  queue: number
  mine: number
  unattended: number
}

export interface EntryPage {
  entries: Entry[]
  next: string | null
  counts: Counts
}

export type Sender = 'user' | 'bot' | 'agent' | 'system'

export interface MessageButton {
  title: string
  payload: string
}

export interface Source {
  article_id?: string
  task_id?: string
  topic?: string
  title: string
  section?: string | null
  document_no?: string | null
  effective_from?: string | null
  effective_to?: string | null
  checked_on?: string | null
  url?: string | null
  /** The whole text on our own server, such as /articles/S12#fee. */
  page_url?: string | null
}

/** A file that came with a message; `pending` and `failed` mean that we do not have it (yet). */
export interface Attachment {
  kind: 'image' | 'voice' | 'video' | 'file'
  state: 'stored' | 'failed' | 'too_large' | 'pending'
  url: string | null
  size_bytes: number | null
  seconds?: number | null
}

export interface MessageDelivery {
  status: 'pending' | 'sending' | 'delivered' | 'failed' | 'held'
  error: string | null
  /** The platform's number of the refusal. */
  code: number | null
}

export interface DeskMessage {
  id: string
  /** Position in the conversation, from 1, without gaps. */
  sequence: number
  sender: Sender
  text: string
  at: string
  buttons?: MessageButton[] | null
  sources?: Source[] | null
  attachments?: Attachment[] | null
  band?: string | null
  intent?: { name: string; confidence: number } | null
  author: string | null
  author_name: string | null
  delivery: MessageDelivery | null
  client_message_id?: string | null
}

export interface Summary {
  matter: string
  asked: string[]
  answered: { title: string; section: string | null }[]
  facts: { name: string; value: string }[]
}

export interface Note {
  id: number
  author: string
  author_name: string
  text: string
  at: string
}

export interface OwnerChange {
  transition: string
  from_owner: Owner
  to_owner: Owner
  by: string | null
  by_name: string | null
  at: string
  detail: unknown
}

/** Whether a WeChat user can be reached, and how often still. */
export interface DeliveryWindow {
  is_subscribed: boolean
  may_send: boolean
  left: number | null
  left_until: string | null
}

export interface Detail {
  entry: Entry
  /** Ascending; the newest page, or the one before `before`. */
  messages: DeskMessage[]
  has_earlier: boolean
  summary: Summary | null
  notes: Note[]
  /** Newest first. */
  handovers: Handover[]
  changes: OwnerChange[]
  delivery: DeliveryWindow | null
}

export interface Passage {
  row_id: string
  article_id: string
  topic: string
  title: string
  section: string | null
  text: string
  document_no: string | null
  checked_on: string | null
  page_url: string | null
}

/** A passage that goes with a message of an agent, as the composer keeps it (what SidePanel's `insert` passes on). */
export type PassageLink = Pick<Passage, 'row_id' | 'title' | 'section' | 'page_url'>

export interface CannedReply {
  id: number
  /** '' for one that everybody sees. */
  owner: string
  shortcut: string
  title: string
  text: string
}

export interface CannedReplyBody {
  shortcut: string
  title: string
  text: string
  shared: boolean
}

export interface OverviewTeam extends TeamName {
  is_open: boolean
  waiting: number
  longest_wait_s: number | null
  promised_wait_s: number
  over_target: number
  active: number
  agents_ready: number
  free_slots: number
  served_today: number
  median_wait_s: number | null
  median_handling_s: number | null
  /** 0–1. */
  within_target_share: number | null
  satisfaction: number | null
  ratings: number
}

export interface OverviewAgent {
  username: string
  display_name: string
  role: Role
  teams: string[]
  state: PresenceState
  takes_automatically: boolean
  is_connected: boolean
  active: number
  capacity: number
  longest_unanswered_s: number | null
  served_today: number
  satisfaction: number | null
}

export interface OverviewHour {
  hour: number
  requested: number
  taken: number
  unattended: number
}

export interface Overview {
  teams: OverviewTeam[]
  agents: OverviewAgent[]
  hours: OverviewHour[]
}

export interface Account {
  username: string
  display_name: string
  role: Role
  teams: string[]
  skills: string[]
  languages: string[]
  capacity: number
  disabled: boolean
  must_change_password: boolean
  department?: string | null
  created_at: string
  last_seen_at: string | null
}

export type NewAccount = Pick<
  Account,
  'username' | 'display_name' | 'role' | 'teams' | 'skills' | 'languages' | 'capacity' | 'department'
>
export type AccountChange = Partial<Omit<NewAccount, 'username'>> & { disabled?: boolean }

export type Frame =
  | { type: 'hello'; counts: Counts; now?: string; presence: Presence }
  | { type: 'entry'; entry: Entry }
  | { type: 'counts'; counts: Counts }
  | { type: 'message'; conversation_id: string; message: DeskMessage }
  | { type: 'delivery'; conversation_id: string; message_id: string; delivery: MessageDelivery }
  | { type: 'typing'; conversation_id: string; who: 'user' | 'bot' | 'agent'; active: boolean }
  | { type: 'note'; conversation_id: string; note: Note }
  | { type: 'presence'; username: string; presence: Presence }
  | { type: 'error'; conversation_id?: string; code: string; message: string }
  | { type: 'pong' }

export type ClientFrame =
  | { type: 'open'; conversation_id: string; after: number }
  | { type: 'leave'; conversation_id: string }
  | { type: 'typing'; conversation_id: string; active: boolean }
  | { type: 'ping' }
