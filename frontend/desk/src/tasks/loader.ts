/** Something that is loaded, and loaded again: what came last is shown until the next answer, and old answers are ignored. */

import { shallowReactive } from 'vue'
import { describeFailure } from '../api/errors'

export class Loader<T> {
  readonly state: { value: T | null; isLoading: boolean; /** Chinese; '' while all is well. */ failure: string } = shallowReactive({
    value: null,
    isLoading: false,
    failure: '',
  })
  private turn = 0

  /** Resolves when it is there, has failed, or is not wanted any more. Never rejects. */
  async load(fetch: () => Promise<T>): Promise<void> {
    const turn = ++this.turn
    this.state.isLoading = true
    try {
      const value = await fetch()
      if (turn === this.turn) Object.assign(this.state, { value, failure: '', isLoading: false })
    } catch (failure) {
      if (turn === this.turn) Object.assign(this.state, { failure: describeFailure(failure), isLoading: false })
    }
  }

  /** What a change gave back is newer than anything still on its way. */
  show(value: T): void {
    this.turn += 1
    Object.assign(this.state, { value, failure: '', isLoading: false })
  }

  forget(): void {
    this.turn += 1
    Object.assign(this.state, { value: null, failure: '', isLoading: false })
  }
}
