import { onBeforeUnmount, onMounted } from 'vue'
import type { Key } from '../keys/shortcuts'
import { isDialogOpen } from '../keys/useShortcuts'
import { findCaseAction, type CaseAction } from './caseKeys'

/** Calls `run` for each key of the page while the component is there. A dialog keeps the keys for itself. */
export function useCaseKeys(run: (action: CaseAction) => void): void {
  function onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement | null
    if (event.defaultPrevented || isDialogOpen()) return
    const action = findCaseAction(event satisfies Key, placeOf(target))
    if (action === null) return
    event.preventDefault()
    if (action === 'leave') target?.blur?.()
    run(action)
  }
  onMounted(() => window.addEventListener('keydown', onKey))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKey))
}

function placeOf(target: HTMLElement | null): 'page' | 'button' | 'field' {
  if (target?.matches?.('input, textarea, select, [contenteditable]')) return 'field'
  return target?.closest?.('button, a, [role="tab"]') ? 'button' : 'page'
}
