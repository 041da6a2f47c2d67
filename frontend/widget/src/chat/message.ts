/** What the server says, in its own words (the contract's field names). */

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
  /** On our own server, opened with the conversation's token. */
  url: string | null
  size_bytes: number | null
  seconds?: number | null
}

export interface Message {
  id: string
  /** Position in the conversation. A copy of our own that the server has not numbered yet sits at a half. */
  sequence: number
  sender: Sender
  text: string
  at: string
  client_message_id?: string | null
  /** The agent's name, with messages of an agent. */
  author_name?: string | null
  buttons?: MessageButton[]
  sources?: Source[]
  attachments?: Attachment[]
  band?: string | null
}

/** `bot`, `queue` or `agent:<id>`. */
export type Owner = string

export function isAgent(owner: Owner): boolean {
  return owner.startsWith('agent:')
}

/** Who has the conversation. Older servers send nothing but the owner. */
export interface Ownership {
  owner: Owner
  agent_name?: string | null
  is_closed?: boolean
}

export interface Exchange extends Partial<Ownership> {
  messages: Message[]
}

/** Who may be writing to the user. */
export type Typist = 'bot' | 'agent'

export interface Credentials {
  conversation_id: string
  token: string
}

export type Frame =
  | { type: 'message'; message: Message }
  | { type: 'typing'; active: boolean; who?: Typist }
  | ({ type: 'owner' } & Ownership)
  | { type: 'queue'; position: number; expected_wait_s?: number | null; team?: string | null }

export type FrameOf<Type extends Frame['type']> = Extract<Frame, { type: Type }>

/** Returns null for anything that is not a frame with a type; unknown types pass and are ignored by the reader. */
export function parseFrame(data: unknown): Frame | null {
  if (typeof data !== 'string') return null
  try {
    const frame: unknown = JSON.parse(data)
    return typeof frame === 'object' && frame !== null && 'type' in frame ? (frame as Frame) : null
  } catch {
    return null
  }
}
