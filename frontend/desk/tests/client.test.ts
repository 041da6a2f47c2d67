import { expect, test } from 'vitest'
import { createDeskApi } from '../src/api/client'
import { ApiError } from '../src/api/errors'

function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const requests: { path: string; options: RequestInit }[] = []
  let signedOut = 0
  const api = createDeskApi(
    () => (signedOut += 1),
    async (path, options) => {
      requests.push({ path: String(path), options: options ?? {} })
      return new Response(status === 204 ? null : typeof body === 'string' ? body : JSON.stringify(body), { status, headers })
    },
  )
  return { api, requests, signedOut: () => signedOut }
}

async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  const failure = await call.then(
    () => null,
    (error: unknown) => error,
  )
  expect(failure).toBeInstanceOf(ApiError)
  return failure as ApiError
}

test('a refusal keeps its code and its sentence for people', async () => {
  const { api, signedOut } = answering(409, { error: { code: 'owned_by_other', message: '已由张三接入' } })
  const failure = await failureOf(api.take('a b'))
  expect(failure).toMatchObject({ status: 409, code: 'owned_by_other', message: '已由张三接入', isWorthRepeating: false })
  expect(signedOut()).toBe(0)
})

test('an answer that is no JSON still gives a Chinese sentence', async () => {
  const { api } = answering(502, '<html>')
  expect(await failureOf(api.getSetup())).toMatchObject({ status: 502, message: '服务器暂时出了问题，请稍后再试。', isWorthRepeating: true })
})

test('without an answer the same call may be repeated', async () => {
  const api = createDeskApi(undefined, () => Promise.reject(new TypeError('offline')))
  expect(await failureOf(api.getSetup())).toMatchObject({ status: 0, code: 'unreachable', isWorthRepeating: true })
})

test('a session that ended is told, a wrong password is not', async () => {
  const ended = answering(401, { error: { code: 'unauthorized', message: '请登录' } })
  await failureOf(ended.api.getSetup())
  expect(ended.signedOut()).toBe(1)
  const wrong = answering(401, { error: { code: 'sign_in_refused', message: '用户名或密码不对。' } })
  await failureOf(wrong.api.signIn('a', 'b'))
  expect(wrong.signedOut()).toBe(0)
})

test('a locked sign-in says for how long', async () => {
  const { api } = answering(429, { error: { code: 'sign_in_locked', message: '请 5 分钟后再试' } }, { 'Retry-After': '300' })
  expect((await failureOf(api.signIn('a', 'b'))).retryAfterS).toBe(300)
})

test('fields that are wrong are named', async () => {
  const { api } = answering(422, { error: { code: 'invalid', message: '用户名已有人使用', field: 'username' } })
  expect((await failureOf(api.resetPassword('a'))).fields).toEqual({ username: '用户名已有人使用' })
})

test('identifiers and words are escaped, and what is not asked for is left out', async () => {
  const { api, requests } = answering(200, { entries: [], next: null, counts: {} })
  await api.listEntries('all', { q: '信用 & 修复', before: null })
  await api.getDetail('a/b', { before: 7 })
  const query = new URLSearchParams(requests[0]!.path.split('?')[1])
  expect(Object.fromEntries(query)).toEqual({ list: 'all', q: '信用 & 修复', limit: '50' })
  expect(requests[1]!.path).toBe('/api/desk/conversations/a%2Fb?before=7')
})

test('an empty answer is no error', async () => {
  const { api, requests } = answering(204, null)
  await expect(api.signOut()).resolves.toBeUndefined()
  expect(requests[0]!.options.method).toBe('DELETE')
})
