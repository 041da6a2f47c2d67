/** The overview as it is now, kept fresh while somebody looks at it. */

import { onBeforeUnmount, onMounted, shallowReactive, watch } from 'vue'
import { describeFailure } from '../api/errors'
import type { Overview } from '../api/types'
import type { Desk } from '../state/desk'
import { Refresher } from './refresher'

export interface OverviewState {
  overview: Overview | null
  loadedAt: Date | null
  /** Chinese; '' while all is well. What was loaded before stays. */
  failure: string
}

export function useOverview(desk: Desk) {
  const state: OverviewState = shallowReactive({ overview: null, loadedAt: null, failure: '' })
  const isInView = (): boolean => document.visibilityState === 'visible'

  async function load(): Promise<void> {
    try {
      Object.assign(state, { overview: await desk.api.getOverview(), loadedAt: desk.now, failure: '' })
    } catch (failure) {
      state.failure = describeFailure(failure)
    }
  }

  const refresher = new Refresher({ load, isInView })
  const onVisibility = (): void => {
    if (isInView()) refresher.now()
  }
  watch(
    () => desk.book.revision,
    () => refresher.hurry(),
  )
  onMounted(() => {
    refresher.start()
    document.addEventListener('visibilitychange', onVisibility)
  })
  onBeforeUnmount(() => {
    refresher.stop()
    document.removeEventListener('visibilitychange', onVisibility)
  })
  return { state, refresh: () => refresher.now() }
}
