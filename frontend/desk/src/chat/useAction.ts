/** Runs a change of ownership from a dialog or a button, and tells how it went. */

import { ElMessage } from 'element-plus'
import { ref } from 'vue'
import type { DeskApi } from '../api/client'
import { ApiError, describeFailure } from '../api/errors'
import type { Entry } from '../api/types'
import { useDesk } from '../state/useDesk'

export function useAction() {
  const desk = useDesk()
  const isBusy = ref(false)
  const failure = ref('')

  /** Returns whether it was done. That somebody else was faster is no failure of this dialog: it is told, and the page is refreshed. */
  async function run(id: string, call: (api: DeskApi) => Promise<{ entry: Entry }>, done: string): Promise<boolean> {
    if (isBusy.value) return false
    isBusy.value = true
    failure.value = ''
    try {
      await desk.change(id, call)
      if (done !== '') ElMessage.success(done)
      return true
    } catch (error) {
      const isPassedOn = error instanceof ApiError && ['owned_by_other', 'not_yours'].includes(error.code)
      if (isPassedOn) ElMessage.warning(describeFailure(error))
      else failure.value = describeFailure(error)
      return isPassedOn
    } finally {
      isBusy.value = false
    }
  }

  return { isBusy, failure, run }
}
