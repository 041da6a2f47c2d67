/** What the simulator tells the page: the words of its control API. */

export type Sender = 'user' | 'account' | 'system'
export type BubbleKind = 'text' | 'menu' | 'image' | 'voice' | 'video' | 'location' | 'link'

export interface Option {
  id: string
  content: string
}

export interface Bubble {
  /** Grows with every bubble; a changed bubble keeps its own. */
  id: number
  sender: Sender
  kind: BubbleKind
  /** Of a menu: the words above the options; of a voice: its seconds; of a link: title, description, address by line. */
  text: string
  options: Option[]
  /** ISO 8601 with offset. */
  at: string
  via: 'passive' | 'api' | null
  in_reply_to: string | null
  media_id: string | null
  state: 'sending' | 'sent' | 'failed' | null
  /** Of a menu: the words below the options; of a location: `latitude,longitude`. */
  tail: string
}

export interface Account {
  name: string
  app_id: string
  mode: 'plain' | 'compatible' | 'safe'
  has_customer_service: boolean
  callback_url: string
}

export interface User {
  openid: string
  nickname: string
  followed: boolean
  /** A CSS colour for the avatar. */
  color: string
}

export interface Allowance {
  left: number
  /** null: there is no window now. */
  until: string | null
}

export interface Quota {
  message: Allowance
  event: Allowance
}

/** One callback try, one API call, or a note on what the platform decided. */
export interface LogEntry {
  id: number
  at: string
  kind: 'callback' | 'api' | 'note'
  /** Message type, `event:CLICK`, or the API's path. */
  what: string
  openid: string | null
  message_id: string | null
  attempt: number | null
  /** HTTP status; null without an answer. */
  status: number | null
  /** errcode of an API call. */
  code: number | null
  ms: number | null
  outcome: string
}

/** Everything that is set to go wrong. Shares are chances between 0 and 1. */
export interface Faults {
  /** By path: errcodes, one per call. */
  api_errors: Record<string, number[]>
  api_delay_s: Record<string, number>
  /** By path: so many calls are cut without an answer. */
  api_drop: Record<string, number>
  /** Whether a cut call is lost before or after its effect. */
  when: 'before' | 'after'
  duplicate_share: number
  reorder_share: number
  drop_answer_share: number
  callback_delay_s: number
  expire_old_token: boolean
  seed: number | null
}

export interface State {
  account: Account
  users: User[]
  menu: unknown
  faults: Faults
  quota: Quota
  bubbles: Bubble[]
}

export type StreamEvent =
  | { type: 'bubble'; data: Bubble }
  | { type: 'typing'; data: { active: boolean } }
  | { type: 'quota'; data: Quota }
  | { type: 'log'; data: LogEntry }

export const streamEventTypes = ['bubble', 'typing', 'quota', 'log'] as const
