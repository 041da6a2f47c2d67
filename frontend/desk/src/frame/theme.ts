/** Light or dark, as chosen on this computer or as the system is. */

import { ref, watch } from 'vue'
import { openLocalStore } from '../state/storage'

export type Theme = 'auto' | 'light' | 'dark'
export const themeTitles: Record<Theme, string> = { auto: '跟随系统', light: '浅色', dark: '深色' }

const key = 'yingshang.desk.theme'
export const theme = ref<Theme>('auto')

/** Apply the remembered choice, and every later one. Call it once, before anything is drawn. */
export function followTheme(): void {
  const store = openLocalStore()
  const stored = store.read<Theme>(key)
  if (stored && stored in themeTitles) theme.value = stored
  const system = matchMedia('(prefers-color-scheme: dark)')
  const apply = (): void => {
    const isDark = theme.value === 'dark' || (theme.value === 'auto' && system.matches)
    document.documentElement.classList.toggle('dark', isDark)
  }
  apply()
  system.addEventListener('change', apply)
  watch(theme, (chosen) => {
    store.write(key, chosen)
    apply()
  })
}

export function nextTheme(current: Theme): Theme {
  return current === 'auto' ? 'light' : current === 'light' ? 'dark' : 'auto'
}
