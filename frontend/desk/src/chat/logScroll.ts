/** Keeps the reader where they read: at the end while they are there, at the same words when earlier ones come in above. */

import { nextTick, onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

const nearEndPx = 60
const nearTopPx = 240

export function useLogScroll(log: Ref<HTMLElement | undefined>, loadEarlier: () => void) {
  const isAtEnd = ref(true)
  let observer: ResizeObserver | undefined

  function look(): void {
    const element = log.value
    if (!element) return
    isAtEnd.value = element.scrollHeight - element.scrollTop - element.clientHeight < nearEndPx
    if (element.scrollTop < nearTopPx) loadEarlier()
  }

  function goToEnd(): void {
    const element = log.value
    if (!element) return
    element.scrollTop = element.scrollHeight
    isAtEnd.value = true
  }

  /** Call before the log changes; call the result after. */
  function hold(): () => void {
    const element = log.value
    const wasAtEnd = isAtEnd.value
    const below = element ? element.scrollHeight - element.scrollTop : 0
    return () => {
      if (!element) return
      if (wasAtEnd) goToEnd()
      else element.scrollTop = element.scrollHeight - below
    }
  }

  onMounted(() => {
    void nextTick(goToEnd)
    log.value?.addEventListener('scroll', look, { passive: true })
    // Pictures come in, the composer grows: stay at the end.
    observer = new ResizeObserver(() => isAtEnd.value && goToEnd())
    if (log.value) observer.observe(log.value)
    if (log.value?.firstElementChild) observer.observe(log.value.firstElementChild)
  })
  onBeforeUnmount(() => observer?.disconnect())

  return { isAtEnd, goToEnd, hold }
}
