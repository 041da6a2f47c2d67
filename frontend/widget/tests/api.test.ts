import { expect, test } from 'vitest'
import { createHttpApi } from '../src/chat/api'
import { ConversationUnknown, MessageRefused, ServerUnreachable } from '../src/chat/errors'

const credentials = { conversation_id: 'c 1', token: 'secret' }
const message = { clientMessageId: 'k', text: '你好' }

function apiAnswering(status: number, body: unknown = {}, headers: Record<string, string> = {}) {
  const requests: [string, RequestInit][] = []
  const api = createHttpApi(async (path, init) => {
    requests.push([String(path), init ?? {}])
    return new Response(JSON.stringify(body), { status, headers })
  })
  return { api, requests }
}

test('a message carries the token, its own id and, from a button, the payload', async () => {
  const { api, requests } = apiAnswering(200, { messages: [], owner: 'bot' })
  await api.sendMessage(credentials, { ...message, payload: '/go' })
  const [path, init] = requests[0]!
  expect(path).toBe('/api/chat/conversations/c%201/messages')
  expect(init.headers).toMatchObject({ Authorization: 'Bearer secret' })
  expect(JSON.parse(String(init.body))).toEqual({ text: '你好', client_message_id: 'k', payload: '/go' })
})

test.each([500, 502, 503, 429, 408])('status %i means: try again', async (status) => {
  await expect(apiAnswering(status).api.sendMessage(credentials, message)).rejects.toBeInstanceOf(ServerUnreachable)
})

test.each([401, 403, 404])('status %i means: this conversation is gone', async (status) => {
  await expect(apiAnswering(status).api.listMessages(credentials, 0)).rejects.toBeInstanceOf(ConversationUnknown)
})

test('a refusal keeps the words of the server', async () => {
  const { api } = apiAnswering(422, { error: { code: 'too_long', message: '消息太长' } })
  await expect(api.sendMessage(credentials, message)).rejects.toEqual(new MessageRefused('消息太长'))
})

test('the server may say when to come back', async () => {
  const { api } = apiAnswering(503, {}, { 'Retry-After': '7' })
  await expect(api.sendMessage(credentials, message)).rejects.toMatchObject({ retryAfterMs: 7000 })
})

test('no answer at all means: try again', async () => {
  const api = createHttpApi(() => Promise.reject(new TypeError('Failed to fetch')))
  await expect(api.createConversation()).rejects.toMatchObject({ reason: 'network' })
})

test('joining the chat of the official account sends nothing but the cookie', async () => {
  const { api, requests } = apiAnswering(200, credentials)
  await expect(api.joinWechatConversation()).resolves.toEqual(credentials)
  const [path, init] = requests[0]!
  expect(path).toBe('/api/chat/wechat-conversation')
  expect(init).toMatchObject({ method: 'POST', body: null, credentials: 'same-origin' })
  expect(init.headers).not.toHaveProperty('Authorization')
})

test.each([401, 404, 410])('status %i means: there is no chat to join', async (status) => {
  await expect(apiAnswering(status).api.joinWechatConversation()).rejects.toBeInstanceOf(ConversationUnknown)
})

test('a server in trouble is asked again for the chat to join', async () => {
  await expect(apiAnswering(503).api.joinWechatConversation()).rejects.toBeInstanceOf(ServerUnreachable)
})

test('a file is fetched with the token', async () => {
  const { api, requests } = apiAnswering(200, 'bytes')
  const blob = await api.fetchFile(credentials, '/api/files/1')
  expect(await blob.text()).toBe('"bytes"')
  expect(requests[0]![1]).toMatchObject({ method: 'GET', headers: { Authorization: 'Bearer secret' } })
})
