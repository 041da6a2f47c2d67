/** The conversation of this page, wired to the browser: network, other tabs, sleep and wake, the draft. */

import { onBeforeUnmount, onMounted, ref, watch } from 'vue'
import { createHttpApi } from '../chat/api'
import { Conversation } from '../chat/conversation'
import { ChatStorage, openStorage } from '../chat/storage'
import { cameFromWechat, withoutArrival } from './arrival'
import { composeDraft } from './draft'

/** After this long in the background a phone has usually cut the connection without saying so. */
const sleepMs = 15_000

export function useConversation() {
  const storage = new ChatStorage(openStorage())
  const draft = ref(storage.readDraft())
  watch(draft, (text) => storage.saveDraft(text))
  const conversation = new Conversation({
    api: createHttpApi(),
    storage,
    openSocket: (path) => new WebSocket(`${location.origin.replace(/^http/, 'ws')}${path}`),
    hasNetwork: () => navigator.onLine,
    onJoinSettled: (unsent) => {
      draft.value = composeDraft(...unsent, draft.value)
      history.replaceState(history.state, '', withoutArrival(location.href))
    },
  })

  let hiddenAt = 0
  function onVisibility(): void {
    if (document.visibilityState === 'hidden') hiddenAt = Date.now()
    else if (Date.now() - hiddenAt > sleepMs) conversation.onNetworkChanged()
  }
  const onNetwork = (): void => conversation.onNetworkChanged()
  const onPageShow = (event: PageTransitionEvent): void => {
    if (event.persisted) conversation.onNetworkChanged()
  }
  const onStorage = (event: StorageEvent): void => {
    if (storage.isConversationKey(event.key)) void conversation.onStoredElsewhere()
  }

  onMounted(() => {
    window.addEventListener('online', onNetwork)
    window.addEventListener('offline', onNetwork)
    window.addEventListener('pageshow', onPageShow)
    window.addEventListener('storage', onStorage)
    document.addEventListener('visibilitychange', onVisibility)
    void (cameFromWechat(location.search) ? conversation.openFromWechat() : conversation.open())
  })
  onBeforeUnmount(() => {
    window.removeEventListener('online', onNetwork)
    window.removeEventListener('offline', onNetwork)
    window.removeEventListener('pageshow', onPageShow)
    window.removeEventListener('storage', onStorage)
    document.removeEventListener('visibilitychange', onVisibility)
  })

  return { conversation, draft }
}
