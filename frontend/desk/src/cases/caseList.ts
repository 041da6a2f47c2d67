/** The list of cases as somebody looks at it: loaded page by page, kept fresh, filtered anew without showing what is not asked any more. */

import { shallowReactive } from 'vue'
import type { CaseCard, CaseCounts, CaseDetail, CaseQuery } from '../api/caseTypes'
import type { DeskApi } from '../api/client'
import { describeFailure } from '../api/errors'

export interface CaseListState {
  /** null until the first answer to what is asked now. */
  cases: readonly CaseCard[] | null
  counts: CaseCounts | null
  hasMore: boolean
  isLoading: boolean
  /** Chinese; '' while all is well. What was loaded before stays. */
  failure: string
}

export const pageLimit = 50
/** A longer list is not fetched whole again just to keep it fresh. */
const freshLimit = 100

export class CaseList {
  readonly state: CaseListState = shallowReactive({ cases: null, counts: null, hasMore: false, isLoading: false, failure: '' })
  private asked: CaseQuery = {}
  private cursor: string | null = null
  /** What was asked before this changed is not wanted any more. */
  private turn = 0

  constructor(private readonly api: Pick<DeskApi, 'listCases'>) {}

  /** Begin anew with another question. */
  async show(asked: CaseQuery): Promise<void> {
    this.asked = asked
    this.state.cases = null
    await this.load({ limit: pageLimit }, () => [])
  }

  async loadMore(): Promise<void> {
    if (this.state.isLoading || this.cursor === null) return
    const before = this.cursor
    await this.load({ before, limit: pageLimit }, () => this.state.cases ?? [])
  }

  /** The same again, as far as it was loaded. */
  async refresh(): Promise<void> {
    if (this.state.isLoading) return
    const known = this.state.cases ?? []
    if (known.length > freshLimit) return
    const limit = Math.max(pageLimit, Math.ceil(known.length / pageLimit) * pageLimit)
    await this.load({ limit }, () => [])
  }

  /** Show a case as it is after a change; where it belongs is the server's to say at the next refresh. */
  keep(changed: CaseDetail): void {
    this.state.cases = this.state.cases?.map((card) => (card.id === changed.id ? { ...card, ...changed } : card)) ?? null
  }

  /** Returns the case above (-1) or below (1) the open one; without one, the first. */
  neighbourOf(id: string | null, by: 1 | -1): CaseCard | undefined {
    const cases = this.state.cases ?? []
    const at = cases.findIndex((card) => card.id === id)
    return cases[at < 0 ? 0 : at + by]
  }

  private async load(page: Pick<CaseQuery, 'before' | 'limit'>, before: () => readonly CaseCard[]): Promise<void> {
    const turn = ++this.turn
    this.state.isLoading = true
    try {
      const found = await this.api.listCases({ ...this.asked, ...page })
      if (turn !== this.turn) return
      this.cursor = found.next
      Object.assign(this.state, { cases: joinCases(before(), found.cases), counts: found.counts, hasMore: found.next !== null, failure: '' })
    } catch (failure) {
      if (turn === this.turn) this.state.failure = describeFailure(failure)
    } finally {
      if (turn === this.turn) this.state.isLoading = false
    }
  }
}

/** A case that moved between two pages is shown once, as it is now. */
function joinCases(known: readonly CaseCard[], next: readonly CaseCard[]): CaseCard[] {
  const ids = new Set(next.map((card) => card.id))
  return [...known.filter((card) => !ids.has(card.id)), ...next]
}
