/** How the page looks on this device, chosen by the reader and remembered. */

import { reactive, watch } from 'vue'
import { openStorage } from '../chat/storage'

export type Theme = 'system' | 'light' | 'dark'
export type TextSize = 'small' | 'standard' | 'large' | 'huge'

export interface Preferences {
  theme: Theme
  textSize: TextSize
}

export const themes: Record<Theme, string> = { system: '跟随系统', light: '浅色', dark: '深色' }
export const textSizes: Record<TextSize, string> = { small: '小', standard: '标准', large: '大', huge: '特大' }

const key = 'yingshang.preferences'
const storage = openStorage()

export function loadPreferences(): Preferences {
  const preferences: Preferences = { theme: 'system', textSize: 'standard' }
  try {
    const stored = JSON.parse(storage.getItem(key) ?? '{}') as Partial<Preferences>
    if (stored.theme && stored.theme in themes) preferences.theme = stored.theme
    if (stored.textSize && stored.textSize in textSizes) preferences.textSize = stored.textSize
  } catch {
    // Unreadable: as if never chosen.
  }
  return preferences
}

export function applyPreferences(preferences: Preferences): void {
  document.documentElement.dataset.theme = preferences.theme
  document.documentElement.dataset.textSize = preferences.textSize
}

/** Returns the preferences as live state: what is changed is applied and stored. */
export function usePreferences(): Preferences {
  const preferences = reactive(loadPreferences())
  watch(preferences, () => {
    applyPreferences(preferences)
    storage.setItem(key, JSON.stringify(preferences))
  })
  return preferences
}
