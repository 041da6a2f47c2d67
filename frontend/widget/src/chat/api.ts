/** The HTTP calls of a conversation. Each may be repeated without harm. */

import { ConversationUnknown, MessageRefused, ServerUnreachable } from './errors'
import type { Credentials, Exchange } from './message'

export interface OutgoingMessage {
  clientMessageId: string
  text: string
  payload?: string
}

export interface ChatApi {
  createConversation(): Promise<Credentials>
  /** The conversation of the official account's chat, known by a cookie. Rejects with ConversationUnknown if there is none. */
  joinWechatConversation(): Promise<Credentials>
  sendMessage(credentials: Credentials, message: OutgoingMessage): Promise<Exchange>
  listMessages(credentials: Credentials, after: number): Promise<Exchange>
  /** A file of the conversation; `path` is on this server. */
  fetchFile(credentials: Credentials, path: string): Promise<Blob>
}

const timeoutMs = 30_000
const root = '/api/chat/conversations'
const wechatPath = '/api/chat/wechat-conversation'

export function conversationPath(conversationId: string): string {
  return `${root}/${encodeURIComponent(conversationId)}`
}

export function createHttpApi(fetchNow: typeof fetch = (...request) => fetch(...request)): ChatApi {
  async function call<T>(path: string, options: CallOptions, read: (response: Response) => Promise<T>): Promise<T> {
    const { token, body, method } = { token: null, method: 'GET', ...options }
    const headers: Record<string, string> = { Accept: 'application/json, image/*' }
    if (token !== null) headers.Authorization = `Bearer ${token}`
    if (body) headers['Content-Type'] = 'application/json'
    const aborter = new AbortController()
    const timer = setTimeout(() => aborter.abort(), timeoutMs)
    try {
      const response = await fetchNow(path, {
        method,
        headers,
        body: body ? JSON.stringify(body) : null,
        credentials: 'same-origin',
        cache: 'no-store',
        signal: aborter.signal,
      })
      if (!response.ok) throw await readFailure(response, token !== null || path === wechatPath)
      return await read(response)
    } catch (failure) {
      if (failure instanceof ConversationUnknown || failure instanceof MessageRefused) throw failure
      if (failure instanceof ServerUnreachable) throw failure
      throw new ServerUnreachable('network')
    } finally {
      clearTimeout(timer)
    }
  }

  const callJson = <T>(path: string, options: CallOptions): Promise<T> =>
    call(path, options, (response) => response.json() as Promise<T>)

  return {
    createConversation: () => callJson(root, { method: 'POST', body: {} }),
    joinWechatConversation: () => callJson(wechatPath, { method: 'POST' }),
    sendMessage: ({ conversation_id, token }, message) =>
      callJson(`${conversationPath(conversation_id)}/messages`, {
        method: 'POST',
        token,
        body: {
          text: message.text,
          client_message_id: message.clientMessageId,
          ...(message.payload === undefined ? {} : { payload: message.payload }),
        },
      }),
    listMessages: ({ conversation_id, token }, after) =>
      callJson(`${conversationPath(conversation_id)}/messages?after=${after}`, { token }),
    fetchFile: ({ token }, path) => call(path, { token }, (response) => response.blob()),
  }
}

interface CallOptions {
  method?: 'GET' | 'POST'
  token?: string
  body?: object
}

async function readFailure(response: Response, isWithinConversation: boolean): Promise<Error> {
  const status = response.status
  if (isWithinConversation && [401, 403, 404, 410].includes(status)) return new ConversationUnknown()
  const isWorthRepeating = status >= 500 || status === 408 || status === 425 || status === 429
  if (isWorthRepeating || !isWithinConversation) return new ServerUnreachable('busy', readRetryAfterMs(response))
  return new MessageRefused((await readMessage(response)) ?? '这条消息没有被接受，请修改后再发送。')
}

function readRetryAfterMs(response: Response): number | null {
  const seconds = Number(response.headers.get('Retry-After') ?? NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 120) * 1000 : null
}

async function readMessage(response: Response): Promise<string | null> {
  try {
    const body = (await response.json()) as { error?: { message?: unknown } }
    return typeof body.error?.message === 'string' && body.error.message !== '' ? body.error.message : null
  } catch {
    return null
  }
}
