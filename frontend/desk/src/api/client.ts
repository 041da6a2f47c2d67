/** Every call of the desk, typed. They reject with ApiError only. */

import { createCaseCalls } from './caseCalls'
import { ApiError } from './errors'
import { createTaskCalls } from './taskCalls'
import type {
  Account,
  AccountChange,
  CannedReply,
  CannedReplyBody,
  CloseResult,
  DeliveryWindow,
  DeskMessage,
  Detail,
  Entry,
  EntryPage,
  ListName,
  Me,
  NewAccount,
  Note,
  Overview,
  Passage,
  Presence,
  Setup,
} from './types'

export interface OutgoingMessage {
  text: string
  client_message_id: string
  passages: Passage['row_id'][]
}

export interface EntryQuery {
  q?: string
  before?: string | null
  limit?: number
}

export type DeskApi = ReturnType<typeof createDeskApi>

const timeoutMs = 30_000
/** A file goes as it is; so long it may take to arrive and to be read. */
const fileTimeoutMs = 180_000
const binaryType = 'application/octet-stream'

/** `onSignedOut` is called when a call finds that the session has ended (never by the sign-in itself). */
export function createDeskApi(
  onSignedOut: () => void = () => undefined,
  fetchNow: typeof fetch = (...request) => fetch(...request),
) {
  async function call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await request(fetchNow, method, path, body)
    if (response.ok) return response.status === 204 ? (undefined as T) : ((await readJson(response)) as T)
    const failure = await readFailure(response)
    if (response.status === 401 && failure.code !== 'sign_in_refused') onSignedOut()
    throw failure
  }
  const get = <T>(path: string) => call<T>('GET', path)
  const post = <T>(path: string, body: object = {}) => call<T>('POST', path, body)
  const put = <T>(path: string, body: object) => call<T>('PUT', path, body)

  return {
    signIn: (username: string, password: string) => post<Me>('/api/session', { username, password }),
    getMe: () => get<Me>('/api/session'),
    signOut: () => call<void>('DELETE', '/api/session'),
    changePassword: (old: string, next: string) => put<void>('/api/session/password', { old, new: next }),

    getSetup: () => get<Setup>('/api/desk/setup'),
    listEntries: (list: ListName, { q, before, limit = 50 }: EntryQuery = {}) =>
      get<EntryPage>(`/api/desk/conversations${query({ list, q, before, limit })}`),
    getDetail: (id: string, { before, limit }: { before?: number; limit?: number } = {}) =>
      get<Detail>(`${conversation(id)}${query({ before, limit })}`),
    take: (id: string) => post<{ entry: Entry }>(`${conversation(id)}/take`),
    assign: (id: string, username: string) => post<{ entry: Entry }>(`${conversation(id)}/assign`, { username }),
    transfer: (id: string, to: ({ username: string } | { team: string }) & { note?: string }) =>
      post<{ entry: Entry }>(`${conversation(id)}/transfer`, to),
    returnToBot: (id: string, hint: string, passage: Passage['row_id'] | null) =>
      post<{ entry: Entry }>(`${conversation(id)}/return`, { hint, passage }),
    close: (id: string, body: { result: CloseResult; note: string; survey: boolean }) =>
      post<{ entry: Entry }>(`${conversation(id)}/close`, body),
    sendMessage: (id: string, message: OutgoingMessage) =>
      post<{ message: DeskMessage }>(`${conversation(id)}/messages`, message),
    addNote: (id: string, text: string) => post<{ note: Note }>(`${conversation(id)}/notes`, { text }),
    setTags: (id: string, tags: string[]) => put<{ entry: Entry }>(`${conversation(id)}/tags`, { tags }),
    markDone: (id: string, note: string) => post<{ entry: Entry }>(`${conversation(id)}/done`, { note }),
    getDelivery: (id: string) => get<DeliveryWindow>(`${conversation(id)}/delivery`),

    searchArticles: (q: string, limit = 8) =>
      get<{ passages: Passage[] }>(`/api/desk/articles${query({ q, limit })}`).then((found) => found.passages),
    listCannedReplies: () => get<{ replies: CannedReply[] }>('/api/desk/canned-replies').then((found) => found.replies),
    addCannedReply: (body: CannedReplyBody) => post<{ reply: CannedReply }>('/api/desk/canned-replies', body),
    changeCannedReply: (id: number, body: CannedReplyBody) =>
      put<{ reply: CannedReply }>(`/api/desk/canned-replies/${id}`, body),
    removeCannedReply: (id: number | string) => call<void>('DELETE', `/api/desk/canned-replies/${id}`),

    setPresence: (presence: Presence) => put<{ presence: Presence }>('/api/desk/presence', presence),
    getOverview: () => get<Overview>('/api/desk/overview'),

    listAccounts: () => get<{ accounts: Account[] }>('/api/desk/accounts').then((found) => found.accounts),
    addAccount: (account: NewAccount) => post<{ account: Account; password: string }>('/api/desk/accounts', account),
    changeAccount: (username: string, change: AccountChange) =>
      call<{ account: Account }>('PATCH', `/api/desk/accounts/${encodeURIComponent(username)}`, change),
    resetPassword: (username: string) =>
      post<{ password: string }>(`/api/desk/accounts/${encodeURIComponent(username)}/password`),

    ...createCaseCalls({ call, query }),
    ...createTaskCalls({ get, post, call, query }),
  }
}

/** The address of something that came with a message, opened by the browser itself (the cookie goes with it). */
export function attachmentPath(conversationId: string, attachmentId: string): string {
  return `${conversation(conversationId)}/attachments/${encodeURIComponent(attachmentId)}`
}

function conversation(id: string): string {
  return `/api/desk/conversations/${encodeURIComponent(id)}`
}

function query(values: object): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return given.length > 0 ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : ''
}

async function request(fetchNow: typeof fetch, method: string, path: string, body?: object): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (body) headers['Content-Type'] = body instanceof Blob ? body.type || binaryType : 'application/json'
  const aborter = new AbortController()
  const timer = setTimeout(() => aborter.abort(), body instanceof Blob ? fileTimeoutMs : timeoutMs)
  try {
    return await fetchNow(path, {
      method,
      headers,
      body: body instanceof Blob ? body : body ? JSON.stringify(body) : null,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: aborter.signal,
    })
  } catch {
    throw new ApiError(0, 'unreachable', '连接不上服务器，请检查网络后重试。')
  } finally {
    clearTimeout(timer)
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    throw new ApiError(0, 'unreachable', '服务器的回答不完整，请重试。')
  }
}

interface ErrorBody {
  error?: { code?: unknown; message?: unknown; field?: unknown; fields?: unknown }
}

async function readFailure(response: Response): Promise<ApiError> {
  const { error } = ((await response.json().catch(() => ({}))) ?? {}) as ErrorBody
  const message = typeof error?.message === 'string' && error.message !== '' ? error.message : sentenceFor(response.status)
  const code = typeof error?.code === 'string' ? error.code : `http_${response.status}`
  const seconds = Number(response.headers.get('Retry-After') ?? NaN)
  const retryAfterS = Number.isFinite(seconds) && seconds >= 0 ? seconds : null
  return new ApiError(response.status, code, message, retryAfterS, readFields(error, message))
}

/** Either `fields: {name: sentence}`, or `field: name` with the sentence in `message`. */
function readFields(error: ErrorBody['error'], message: string): Record<string, string> {
  if (typeof error?.fields === 'object' && error.fields !== null) return error.fields as Record<string, string>
  return typeof error?.field === 'string' ? { [error.field]: message } : {}
}

function sentenceFor(status: number): string {
  if (status === 401) return '登录已失效，请重新登录。'
  if (status === 403) return '您没有这项权限。'
  if (status === 404) return '没有找到，可能已被删除。'
  return status >= 500 ? '服务器暂时出了问题，请稍后再试。' : '操作没有成功，请稍后再试。'
}
