/** The three HTTP calls of a conversation. Each may be repeated without harm. */

import { ConversationUnknown, MessageRefused, ServerUnreachable } from './errors'
import type { Credentials, Exchange } from './message'

export interface OutgoingMessage {
  clientMessageId: string
  text: string
  payload?: string
}

export interface ChatApi {
  createConversation(): Promise<Credentials>
  sendMessage(credentials: Credentials, message: OutgoingMessage): Promise<Exchange>
  listMessages(credentials: Credentials, after: number): Promise<Exchange>
}

const timeoutMs = 30_000
const root = '/api/chat/conversations'

export function conversationPath(conversationId: string): string {
  return `${root}/${encodeURIComponent(conversationId)}`
}

export function createHttpApi(fetchNow: typeof fetch = (...request) => fetch(...request)): ChatApi {
  async function call(path: string, token: string | null, body?: object): Promise<unknown> {
    const headers: Record<string, string> = { Accept: 'application/json' }
    if (token !== null) headers.Authorization = `Bearer ${token}`
    if (body) headers['Content-Type'] = 'application/json'
    const aborter = new AbortController()
    const timer = setTimeout(() => aborter.abort(), timeoutMs)
    try {
      const response = await fetchNow(path, {
        method: body ? 'POST' : 'GET',
        headers,
        body: body ? JSON.stringify(body) : null,
        cache: 'no-store',
        signal: aborter.signal,
      })
      if (!response.ok) throw await readFailure(response, token !== null)
      return await response.json()
    } catch (failure) {
      if (failure instanceof ConversationUnknown || failure instanceof MessageRefused) throw failure
      if (failure instanceof ServerUnreachable) throw failure
      throw new ServerUnreachable('network')
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    createConversation: () => call(root, null, {}) as Promise<Credentials>,
    sendMessage: ({ conversation_id, token }, message) =>
      call(`${conversationPath(conversation_id)}/messages`, token, {
        text: message.text,
        client_message_id: message.clientMessageId,
        ...(message.payload === undefined ? {} : { payload: message.payload }),
      }) as Promise<Exchange>,
    listMessages: ({ conversation_id, token }, after) =>
      call(`${conversationPath(conversation_id)}/messages?after=${after}`, token) as Promise<Exchange>,
  }
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
