import { onBeforeUnmount, onMounted } from 'vue'
import { findAction, type Action } from './shortcuts'

/** Calls `run` for each shortcut while the component is there. A dialog keeps the keys for itself. */
export function useShortcuts(run: (action: Action) => void): void {
  function onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement | null
    const isWriting = target?.matches?.('input, textarea, select, [contenteditable]') ?? false
    const action = findAction(event, isWriting)
    if (action === null || isDialogOpen()) return
    event.preventDefault()
    run(action)
  }
  onMounted(() => window.addEventListener('keydown', onKey))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKey))
}

export function isDialogOpen(): boolean {
  return [...document.querySelectorAll<HTMLElement>('.el-overlay')].some(
    (overlay) => overlay.style.display !== 'none' && overlay.querySelector('.el-dialog, .el-message-box') !== null,
  )
}
