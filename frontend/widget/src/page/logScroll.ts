/** Keeps the reader where reading goes on: at the end, but never past the beginning of a long answer. */

import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

const nearEndPx = 80
const marginPx = 12

export function useLogScroll(log: Ref<HTMLElement | undefined>) {
  const isAtEnd = ref(true)
  let lastOwn: Element | null = null
  let observer: ResizeObserver | undefined

  function look(): void {
    const element = log.value
    if (element) isAtEnd.value = element.scrollHeight - element.scrollTop - element.clientHeight < nearEndPx
  }

  function goToEnd(): void {
    log.value?.scrollTo({ top: log.value.scrollHeight })
    look()
  }

  function goToTop(): void {
    log.value?.scrollTo({ top: 0 })
    look()
  }

  /** Call after the log changed. Follows if the reader was at the end or has just said something. */
  function follow(): void {
    const element = log.value
    if (!element) return
    const own = element.querySelectorAll('[data-sender="user"]')
    const newest = own[own.length - 1] ?? null
    const hasJustSpoken = newest !== lastOwn
    lastOwn = newest
    if (!isAtEnd.value && !hasJustSpoken) return
    // A person says several things, one by one: each is followed.
    const spoken = element.querySelectorAll('[data-sender="user"], [data-sender="agent"]')
    const last = spoken[spoken.length - 1]
    const top = last?.previousElementSibling?.tagName === 'P' ? last.previousElementSibling : last // Its time.
    const beginning = top ? topWithin(top, element) - marginPx : Infinity
    element.scrollTo({ top: Math.min(element.scrollHeight, beginning) })
    look()
  }

  onMounted(() => {
    log.value?.addEventListener('scroll', look, { passive: true })
    // The keyboard opens or closes: stay at the end.
    let height = log.value?.clientHeight ?? 0
    observer = new ResizeObserver(() => {
      const change = (log.value?.clientHeight ?? 0) - height
      height += change
      if (change !== 0 && isAtEnd.value) goToEnd()
    })
    if (log.value) observer.observe(log.value)
  })
  onBeforeUnmount(() => observer?.disconnect())

  return { isAtEnd, follow, goToEnd, goToTop }
}

function topWithin(element: Element, scroller: HTMLElement): number {
  return element.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop
}
