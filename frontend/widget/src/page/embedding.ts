/** What the page does when embed.js shows it inside another website. */

import { onBeforeUnmount, onMounted } from 'vue'
import { closeRequest, openedNotice } from '../embed/protocol'

export const isEmbedded = window.parent !== window

/** `focusInput` is called when the panel opens on a device with a real keyboard. */
export function useEmbedding(focusInput: () => void): void {
  if (!isEmbedded) return

  function onKeydown(event: KeyboardEvent): void {
    const isTaken = event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]') !== null
    if (event.key === 'Escape' && !isTaken) window.parent.postMessage(closeRequest, '*')
  }
  function onMessage(event: MessageEvent): void {
    const isOpened = event.source === window.parent && event.data === openedNotice
    // A focused input would open a phone's keyboard before anything was read.
    if (isOpened && matchMedia('(pointer: fine)').matches) focusInput()
  }

  onMounted(() => {
    window.addEventListener('keydown', onKeydown)
    window.addEventListener('message', onMessage)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('keydown', onKeydown)
    window.removeEventListener('message', onMessage)
  })
}
