/** Calls the agent: a short sound, a notification of the system. What is wanted is remembered on this computer. */

import { reactive, watch } from 'vue'
import type { Alert } from './alerts'
import type { Store } from './storage'

export interface AttentionSettings {
  sound: boolean
  notifications: boolean
}

const key = 'yingshang.desk.attention'
/** Two tones that rise for somebody who waits, one soft one for a message. Hertz, seconds after the beginning. */
const melodies: Record<Alert, readonly (readonly [hertz: number, atS: number])[]> = {
  waiting: [[660, 0], [880, 0.14]],
  assigned: [[660, 0], [880, 0.14], [990, 0.28]],
  message: [[784, 0]],
}

export class Attention {
  readonly settings: AttentionSettings
  private audio: AudioContext | null = null

  constructor(
    store: Store,
    private readonly onChosen: (conversationId: string) => void,
  ) {
    this.settings = reactive({ sound: true, notifications: false, ...store.read<Partial<AttentionSettings>>(key) })
    watch(this.settings, (settings) => store.write(key, { ...settings }))
    // Browsers allow sound only after the first click or key.
    const unlock = (): void => void this.openAudio()?.resume().catch(() => undefined)
    window.addEventListener('pointerdown', unlock, { once: true })
    window.addEventListener('keydown', unlock, { once: true })
  }

  playSound(alert: Alert): void {
    if (!this.settings.sound) return
    const audio = this.openAudio()
    if (audio?.state !== 'running') return
    for (const [hertz, atS] of melodies[alert]) playTone(audio, hertz, audio.currentTime + atS)
  }

  /** What was said is not shown: the screen may be seen by others. */
  notify(title: string, text: string, conversationId: string): void {
    if (!this.settings.notifications || document.hasFocus() || !canNotify() || Notification.permission !== 'granted') return
    try {
      const shown = new Notification(title, { body: text, tag: conversationId, icon: '/desk/icon.svg' })
      shown.onclick = () => {
        window.focus()
        this.onChosen(conversationId)
        shown.close()
      }
    } catch {
      // Some browsers allow it to service workers only.
    }
  }

  /** Returns false if the browser does not allow it. */
  async setNotifications(isWanted: boolean): Promise<boolean> {
    const isAllowed = isWanted && canNotify() && (await Notification.requestPermission()) === 'granted'
    this.settings.notifications = isAllowed
    return isAllowed || !isWanted
  }

  private openAudio(): AudioContext | null {
    try {
      this.audio ??= new AudioContext()
    } catch {
      return null
    }
    return this.audio
  }
}

function canNotify(): boolean {
  return typeof Notification !== 'undefined'
}

function playTone(audio: AudioContext, hertz: number, at: number): void {
  const tone = audio.createOscillator()
  const loudness = audio.createGain()
  tone.frequency.value = hertz
  tone.type = 'sine'
  loudness.gain.setValueAtTime(0.0001, at)
  loudness.gain.exponentialRampToValueAtTime(0.12, at + 0.015)
  loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.22)
  tone.connect(loudness).connect(audio.destination)
  tone.start(at)
  tone.stop(at + 0.25)
}
