/** One case as somebody reads it: loaded, and changed with the version that was seen. */

import { ElMessage } from 'element-plus'
import { onMounted, ref, shallowReactive } from 'vue'
import type { CaseChange, CaseDetail } from '../api/caseTypes'
import type { DeskApi } from '../api/client'
import { ApiError, describeFailure } from '../api/errors'
import type { Desk } from '../state/desk'

interface CaseState {
  case: CaseDetail | null
  /** Chinese; '' while all is well. What was loaded before stays. */
  failure: string
  isMissing: boolean
}

const staleCodes = ['case_conflict', 'case_change_refused']

export function useCase(desk: Desk, id: string, onChanged: (changed: CaseDetail) => void) {
  const state: CaseState = shallowReactive({ case: null, failure: '', isMissing: false })
  const isBusy = ref(false)
  const failure = ref('')

  function keep(found: CaseDetail): void {
    Object.assign(state, { case: found, failure: '', isMissing: false })
    onChanged(found)
  }

  async function load(): Promise<void> {
    try {
      keep(await desk.api.getCase(id))
    } catch (reason) {
      state.failure = describeFailure(reason)
      state.isMissing = reason instanceof ApiError && reason.status === 404
    }
  }

  /** Returns whether it was done. What somebody else did meanwhile is shown, and what was written here stays. */
  async function run(call: (api: DeskApi) => Promise<CaseDetail>, done: string): Promise<boolean> {
    if (isBusy.value) return false
    isBusy.value = true
    failure.value = ''
    try {
      keep(await call(desk.api))
      if (done !== '') ElMessage.success(done)
      return true
    } catch (reason) {
      failure.value = describeFailure(reason)
      if (reason instanceof ApiError && staleCodes.includes(reason.code)) await load()
      return false
    } finally {
      isBusy.value = false
    }
  }

  const change = (wanted: Omit<CaseChange, 'version'>, done: string): Promise<boolean> =>
    run((api) => api.changeCase(id, { ...wanted, version: state.case?.version ?? 0 }), done)

  onMounted(load)

  return { state, isBusy, failure, load, keep, run, change }
}

export type OpenCase = ReturnType<typeof useCase>
