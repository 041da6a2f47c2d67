(() => {
  'use strict'
  const root = '/api/chat/conversations'
  const conversationKey = 'yingshang.conversation' // where the chat page keeps its conversation
  const codeKey = 'yingshang.invitation'
  const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
  const find = (id) => document.getElementById(id)
  const form = find('bind')
  let memory = null

  function read(store, key) {
    try { return store().getItem(key) } catch { return null }
  }
  function write(store, key, value) {
    try { value === null ? store().removeItem(key) : store().setItem(key, value) } catch { /* forbidden: this visit only */ }
  }
  const local = () => localStorage
  const visit = () => sessionStorage

  function stored() {
    try {
      const found = JSON.parse(read(local, conversationKey) || 'null')
      return found && found.conversation_id && found.token ? found : memory
    } catch { return memory }
  }
  function keep(conversation) {
    memory = conversation
    write(local, conversationKey, JSON.stringify(conversation))
    return conversation
  }

  async function ask(path, method, token, body) {
    const headers = { Accept: 'application/json' }
    if (token) headers.Authorization = 'Bearer ' + token
    if (body) headers['Content-Type'] = 'application/json'
    const options = { method, headers, credentials: 'same-origin', cache: 'no-store', body: body ? JSON.stringify(body) : undefined }
    const response = await fetch(path, options)
    const text = await response.text()
    const answer = text ? JSON.parse(text) : null
    if (response.ok) return answer
    throw Object.assign(new Error('refused'), { status: response.status, words: answer && answer.error && answer.error.message })
  }
  async function within(call) {
    const conversation = stored() || keep(await ask(root, 'POST', null, {}))
    try {
      return await call(root + '/' + encodeURIComponent(conversation.conversation_id) + '/identity', conversation.token)
    } catch (refusal) {
      if (refusal.status !== 404) throw refusal // else the conversation is gone: begin another
      const fresh = keep(await ask(root, 'POST', null, {}))
      return call(root + '/' + encodeURIComponent(fresh.conversation_id) + '/identity', fresh.token)
    }
  }

  function isCreditCode(code) {
    const values = [...code].map((char) => alphabet.indexOf(char))
    if (values.length !== 18 || values.includes(-1)) return false
    let weight = 1
    const sum = values.slice(0, 17).reduce((total, value) => {
      const next = total + value * weight
      weight = (weight * 3) % 31
      return next
    }, 0)
    return values[17] === (31 - (sum % 31)) % 31
  }

  function show(standing) {
    const binding = standing && standing.binding
    find('bound').hidden = !binding
    form.hidden = Boolean(binding)
    if (!binding) return
    const day = new Date(binding.expires_at).toLocaleDateString('zh-CN', { timeZone: 'Asia/Shanghai', dateStyle: 'long' })
    find('bound-text').textContent =
      '已绑定“' + binding.enterprise_name + '”（' + binding.credit_code + '），角色：' + binding.role_title + '，有效期到' + day + '。'
  }
  function refuse(words, field) {
    find('refusal').textContent = words
    if (field) find(field).focus()
    return false
  }
  function failed(failure) {
    refuse(failure.words || '网络不通，没有绑定。请检查网络后再试。')
  }
  async function busy(button, work) {
    button.disabled = true
    refuse('')
    try { await work() } catch (failure) { failed(failure) } finally { button.disabled = false }
  }
  const hasConsent = () => find('consent').checked || refuse('请先勾选同意。', 'consent')

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const code = find('code').value.trim()
    const credit = find('credit').value.normalize('NFKC').replace(/\s/g, '').toUpperCase()
    if (!code) return refuse('请填写邀请码。', 'code')
    if (!isCreditCode(credit)) return refuse('统一社会信用代码不对：应是18位，最后一位是校验码。请照营业执照核对。', 'credit')
    if (!hasConsent()) return
    void busy(find('send'), async () => {
      show(await within((path, token) => ask(path, 'POST', token, { code, credit_code: credit, consent: true })))
      write(visit, codeKey, null)
      find('code').value = ''
    })
  })
  find('release').addEventListener('click', (event) => {
    void busy(event.target, async () => {
      await within((path, token) => ask(path, 'DELETE', token))
      show(null)
      refuse('已解除绑定。')
    })
  })
  for (const button of document.querySelectorAll('[data-provider]')) {
    button.addEventListener('click', () => {
      if (!hasConsent()) return
      void busy(button, async () => {
        const way = '/' + encodeURIComponent(button.dataset.provider)
        const { url } = await within((path, token) => ask(path + way, 'POST', token, { consent: true }))
        location.assign(url)
      })
    })
  }

  async function start() {
    const given = decodeURIComponent(location.hash.slice(1))
    const from = new URLSearchParams(location.search).get('from')
    if (given) write(visit, codeKey, given)
    find('code').value = given || read(visit, codeKey) || ''
    if (location.hash || location.search) history.replaceState(null, '', location.pathname) // nobody copies the code from the address
    if (form.dataset.wechat === 'yes' && /MicroMessenger/i.test(navigator.userAgent) && !from) {
      location.replace('/wechat/h5?to=bind') // so that the person is bound, not this browser
      return
    }
    if (from === 'wechat') keep(await ask('/api/chat/wechat-conversation', 'POST'))
    const conversation = stored()
    if (conversation) {
      const path = root + '/' + encodeURIComponent(conversation.conversation_id) + '/identity'
      show(await ask(path, 'GET', conversation.token))
    }
  }
  start().catch(() => {})
})()
