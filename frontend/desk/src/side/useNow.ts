/** The server's time, for texts such as 今天 10:02 that must not go stale. */

import { onBeforeUnmount, shallowRef, type ShallowRef } from 'vue'

/** Moves every 30 s, or as often as told, until the component is gone. */
export function useNow(clock: { readonly now: Date }, everyMs = 30_000): ShallowRef<Date> {
  const now = shallowRef(clock.now)
  const timer = setInterval(() => (now.value = clock.now), everyMs)
  onBeforeUnmount(() => clearInterval(timer))
  return now
}
