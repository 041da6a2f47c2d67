/** The canned replies for the composer: loaded when first asked for, and again when they may have changed. */

import { computed, ref, shallowRef } from 'vue'
import type { CannedReply } from '../api/types'
import { searchReplies } from '../canned/search'
import { useDesk } from '../state/useDesk'
import { findSlashQuery, type SlashQuery } from './cannedDraft'

const freshMs = 30_000
const mostShown = 30
const replies = shallowRef<CannedReply[]>([])
const isLoaded = ref(false)
let loadedAt = 0

export function useCanned() {
  const { api } = useDesk()
  const asked = shallowRef<SlashQuery | null>(null)
  /** Closed by Esc: stays so until another slash is typed. */
  const dismissedAt = ref(-1)
  const active = ref(0)
  const found = computed(() => (asked.value ? searchReplies(replies.value, asked.value.query).slice(0, mostShown) : []))
  const isOpen = computed(() => asked.value !== null && asked.value.start !== dismissedAt.value)

  function look(text: string, caret: number): void {
    const before = asked.value?.query
    asked.value = findSlashQuery(text, caret)
    if (asked.value === null) dismissedAt.value = -1
    else if (asked.value.query !== before) active.value = 0
    if (asked.value !== null) void load()
  }

  function move(step: 1 | -1): void {
    const count = found.value.length
    if (count > 0) active.value = (active.value + step + count) % count
  }

  async function load(): Promise<void> {
    if (Date.now() - loadedAt < freshMs) return
    loadedAt = Date.now()
    try {
      replies.value = await api.listCannedReplies()
      isLoaded.value = true
    } catch {
      loadedAt = 0 // The next key asks again.
    }
  }

  return {
    asked,
    found,
    active,
    isOpen,
    isLoaded,
    look,
    move,
    dismiss: () => (dismissedAt.value = asked.value?.start ?? -1),
    close: () => (asked.value = null),
  }
}
