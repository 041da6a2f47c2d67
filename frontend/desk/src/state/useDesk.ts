/** The desk of this page, wired to the browser: network, other tabs, sleep and wake, sound. One for the whole page. */

import { createDeskApi } from '../api/client'
import { go, route } from '../frame/route'
import { Desk } from './desk'
import { createIdentifier } from './identifier'
import { SpeakerLease } from './lease'
import { openLocalStore, openTabStore, type Store } from './storage'
import { Attention } from './attention'

const speakerMs = 2_000
/** After this long in the background a computer has often slept, and the line is dead without saying so. */
const sleepMs = 60_000

let page: { desk: Desk; attention: Attention } | undefined

/** Returns the page's desk: `session`, `lists`, `book` (entries), `chats` (open conversations), `api`. */
export function useDesk(): Desk {
  return usePage().desk
}

/** Returns how this computer calls the agent: sound and notifications, and whether they are wanted. */
export function useAttention(): Attention {
  return usePage().attention
}

function usePage() {
  page ??= createPage()
  return page
}

function createPage() {
  const localStore = openLocalStore()
  const attention = new Attention(localStore, (id) => desk.openConversation(id))
  const desk: Desk = createDesk(localStore, attention)
  watchBrowser(desk)
  return { desk, attention }
}

function createDesk(localStore: Store, attention: Attention): Desk {
  const lease = new SpeakerLease(localStore, createIdentifier())
  const isInFront = (): boolean => document.visibilityState === 'visible' && document.hasFocus()
  setInterval(() => (isInFront() ? lease.seize() : lease.hold()), speakerMs)
  window.addEventListener('focus', () => lease.seize())
  window.addEventListener('pagehide', () => lease.release())
  return new Desk({
    createApi: createDeskApi,
    localStore,
    tabStore: openTabStore(),
    openSocket: () => new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/desk/stream`),
    hasNetwork: () => navigator.onLine,
    isPageInView: () => isInFront() && route.page === 'chats',
    onOpened: (id) => go('chats', id),
    schedule: nextFrame,
    maySpeak: () => lease.hold(),
    playSound: (alert) => attention.playSound(alert),
    notify: (title, text, id) => attention.notify(title, text, id),
  })
}

/** With the next frame of the screen; a hidden page gets none, so a timer stands by. */
function nextFrame(run: () => void): void {
  let isDone = false
  const once = (): void => {
    if (isDone) return
    isDone = true
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    run()
  }
  const frame = requestAnimationFrame(once)
  const timer = setTimeout(once, 120)
}

function watchBrowser(desk: Desk): void {
  let hiddenAt = 0
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') hiddenAt = Date.now()
    else if (Date.now() - hiddenAt > sleepMs) desk.reconnect()
    desk.markRead()
  })
  window.addEventListener('focus', () => desk.markRead())
  window.addEventListener('online', () => desk.reconnect())
  window.addEventListener('offline', () => desk.reconnect())
  window.addEventListener('storage', (event) => {
    // Another account in the same browser: the cookie is shared, so this tab must not go on under the old name.
    if (desk.onStoredElsewhere(event.key)) location.reload()
  })
}
