/** Opens a dialog with its component. */

import { onBeforeUnmount, onMounted, type Ref } from 'vue'

/** `cancel` is called by Escape where the browser knows no modal dialog; elsewhere the dialog's own `cancel` event tells. */
export function useModal(dialog: Ref<HTMLDialogElement | undefined>, cancel: () => void): void {
  const isKnown = typeof HTMLDialogElement === 'function'
  const opener = document.activeElement

  // WebViews before 2022: there it is an ordinary box above the page.
  function openTheOldWay(element: HTMLElement | undefined): void {
    element?.setAttribute('open', '')
    element?.addEventListener('keydown', (event) => event.key === 'Escape' && cancel())
  }

  onMounted(() => (isKnown ? dialog.value?.showModal() : openTheOldWay(dialog.value)))
  // Closing gives the focus back to where it was.
  onBeforeUnmount(() => {
    if (isKnown) dialog.value?.close()
    else if (opener instanceof HTMLElement) opener.focus()
  })
}
