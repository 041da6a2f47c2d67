/** Searches the knowledge base while somebody types: waits for a pause, and shows only what was asked last. */

import { shallowReactive } from 'vue'
import { describeFailure } from '../api/errors'
import type { Passage } from '../api/types'

export interface SearchState {
  /** `idle`: nothing was asked. */
  phase: 'idle' | 'searching' | 'found' | 'failed'
  passages: readonly Passage[]
  /** Chinese; why the search failed. */
  failure: string
}

export const pauseMs = 300

export class ArticleSearch {
  readonly state: SearchState = shallowReactive({ phase: 'idle', passages: [], failure: '' })
  private timer: ReturnType<typeof setTimeout> | undefined
  private asked = ''
  /** Answers to earlier questions are not wanted any more. */
  private turn = 0

  constructor(private readonly search: (query: string) => Promise<readonly Passage[]>) {}

  /** Ask after a pause. What was found stays until the new answer is there. */
  ask(query: string): void {
    const words = query.trim()
    if (words === this.asked) return
    this.stop()
    this.asked = words
    if (words === '') return this.show('idle', [])
    this.state.phase = 'searching'
    this.timer = setTimeout(() => void this.run(words), pauseMs)
  }

  /** Ask at once, also the same again. */
  askNow(query: string): void {
    const words = query.trim()
    this.stop()
    this.asked = words
    if (words === '') return this.show('idle', [])
    this.state.phase = 'searching'
    void this.run(words)
  }

  /** Forget what was asked and found. */
  clear(): void {
    this.stop()
    this.asked = ''
    this.show('idle', [])
  }

  stop(): void {
    clearTimeout(this.timer)
    this.turn += 1
  }

  private async run(words: string): Promise<void> {
    const turn = ++this.turn
    try {
      const passages = await this.search(words)
      if (turn === this.turn) this.show('found', passages)
    } catch (failure) {
      if (turn === this.turn) this.show('failed', [], describeFailure(failure))
    }
  }

  private show(phase: SearchState['phase'], passages: readonly Passage[], failure = ''): void {
    Object.assign(this.state, { phase, passages, failure })
  }
}
