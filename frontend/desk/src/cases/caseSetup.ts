/** The names and choices of everything about cases, asked for when a page needs them and shared by all. */

import { shallowReactive } from 'vue'
import type { CaseSetup } from '../api/caseTypes'
import { describeFailure } from '../api/errors'
import type { Desk } from '../state/desk'

interface SetupState {
  setup: CaseSetup | null
  /** Chinese; why it could not be loaded. */
  failure: string
}

const known: SetupState = shallowReactive({ setup: null, failure: '' })

/** Ask anew, since the day and the colleagues change; what is known meanwhile is as it was. */
export function useCaseSetup(desk: Desk) {
  async function load(): Promise<void> {
    try {
      known.setup = await desk.api.getCaseSetup()
      known.failure = ''
    } catch (failure) {
      known.failure = describeFailure(failure)
    }
  }
  void load()
  return { known, load }
}

/** Subjects by name: of the cases' own setup, or of the desk's. */
export function subjectsOf(desk: Desk, setup: CaseSetup | null): Record<string, string> {
  return setup?.subjects ?? desk.session.state.setup?.subjects ?? {}
}
