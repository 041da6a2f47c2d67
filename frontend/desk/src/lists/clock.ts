/** The time of the page, one for all that tick: seconds for those who wait, by the server's clock. */

import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'
import { useDesk } from '../state/useDesk'

const now = ref(Date.now())
let users = 0
let timer: ReturnType<typeof setInterval> | undefined

/** Returns milliseconds since 1970, anew each second while somebody uses it. */
export function useClock(): Ref<number> {
  const desk = useDesk()
  const tick = (): void => {
    now.value = desk.now.getTime()
  }
  onMounted(() => {
    if (users++ > 0) return
    tick()
    timer = setInterval(tick, 1000)
  })
  onBeforeUnmount(() => {
    if (--users === 0) clearInterval(timer)
  })
  return now
}
