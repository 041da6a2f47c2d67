/** Counts down until a locked sign-in may be tried again. */

import { computed, onBeforeUnmount, ref } from 'vue'

export function useLockout() {
  const leftS = ref(0)
  let timer: ReturnType<typeof setInterval> | undefined

  function lock(seconds: number): void {
    leftS.value = Math.ceil(seconds)
    clearInterval(timer)
    timer = setInterval(() => {
      leftS.value -= 1
      if (leftS.value <= 0) clearInterval(timer)
    }, 1000)
  }
  onBeforeUnmount(() => clearInterval(timer))

  return { isLocked: computed(() => leftS.value > 0), left: computed(() => describeLeft(leftS.value)), lock }
}

/** Returns 1 分 05 秒 or 45 秒. */
export function describeLeft(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  return minutes > 0 ? `${minutes} 分 ${String(seconds % 60).padStart(2, '0')} 秒` : `${seconds} 秒`
}
