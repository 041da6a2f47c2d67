/** Loads the lists: the queue and one's own whole, the others page by page; and what a search finds. */

import { shallowReactive } from 'vue'
import type { DeskApi } from '../api/client'
import { describeFailure, isPassing } from '../api/errors'
import type { Counts, Entry, EntryPage, ListName } from '../api/types'
import type { EntryBook } from './entries'

export interface ListsState {
  selected: ListName
  /** '' shows the list itself. */
  query: string
  /** What the query found, in the server's order; null while it is being asked. */
  found: string[] | null
  counts: Counts
  /** True if the selected list, or what the query found, goes on. */
  hasMore: boolean
  isLoading: boolean
  /** Chinese; '' while all is well. */
  failure: string
}

const wholeLists: ListName[] = ['queue', 'mine']
const pageLimit = 100
const mostPages = 20

export class Lists {
  readonly state: ListsState = shallowReactive({
    selected: 'queue',
    query: '',
    found: null,
    counts: { queue: 0, mine: 0, unattended: 0 },
    hasMore: false,
    isLoading: false,
    failure: '',
  })
  private readonly cursors = new Map<ListName, string | null>()
  private searchCursor: string | null = null
  /** What was asked before this changed is not wanted any more. */
  private turn = 0

  constructor(
    private readonly api: Pick<DeskApi, 'listEntries'>,
    private readonly book: EntryBook,
  ) {}

  /**
   * Load everything anew: at the start, and after every lost line. `keep` stays known though no list names it.
   * Returns false if it failed and should be tried again.
   */
  async sync(keep: ReadonlySet<string>): Promise<boolean> {
    this.book.beginSync()
    this.state.isLoading = true
    const turn = ++this.turn
    try {
      const pages = await Promise.all([...wholeLists.map((list) => this.loadWhole(list)), this.loadFirst()])
      if (turn !== this.turn) return true
      this.book.finishSync(pages.flat(), keep)
    } catch (failure) {
      if (turn !== this.turn) return true
      Object.assign(this.state, { failure: describeFailure(failure), isLoading: false })
      return !isPassing(failure)
    }
    Object.assign(this.state, { failure: '', isLoading: false })
    if (this.state.query !== '') await this.search(this.state.query)
    this.showMore()
    return true
  }

  async select(list: ListName): Promise<void> {
    this.state.selected = list
    this.showMore()
    if (this.state.query !== '') await this.search(this.state.query)
    else if (!wholeLists.includes(list) && !this.cursors.has(list)) await this.load(list, null)
  }

  async search(query: string): Promise<void> {
    this.state.query = query.trim()
    this.state.found = null
    this.searchCursor = null
    this.showMore()
    if (this.state.query !== '') await this.loadFound()
  }

  async loadMore(): Promise<void> {
    if (this.state.isLoading || !this.state.hasMore) return
    if (this.state.query !== '') await this.loadFound()
    else await this.load(this.state.selected, this.cursors.get(this.state.selected) ?? null)
  }

  forget(): void {
    this.turn += 1
    this.cursors.clear()
    Object.assign(this.state, { selected: 'queue', query: '', found: null, hasMore: false, isLoading: false, failure: '' })
  }

  private async load(list: ListName, before: string | null): Promise<void> {
    await this.guard(async () => {
      const page = await this.api.listEntries(list, { before })
      this.book.merge(page.entries)
      this.cursors.set(list, page.next)
      this.state.counts = page.counts
    })
  }

  private async loadFound(): Promise<void> {
    const { query, selected } = this.state
    await this.guard(async () => {
      const page = await this.api.listEntries(selected, { q: query, before: this.searchCursor })
      if (query !== this.state.query || selected !== this.state.selected) return
      this.book.merge(page.entries)
      this.state.found = [...new Set([...(this.state.found ?? []), ...page.entries.map((entry) => entry.conversation_id)])]
      this.searchCursor = page.next
    })
  }

  private async guard(run: () => Promise<void>): Promise<void> {
    this.state.isLoading = true
    try {
      await run()
      this.state.failure = ''
    } catch (failure) {
      this.state.failure = describeFailure(failure)
    } finally {
      this.state.isLoading = false
      this.showMore()
    }
  }

  private async loadWhole(list: ListName): Promise<Entry[]> {
    const entries: Entry[] = []
    let page: EntryPage | null = null
    for (let count = 0; count < mostPages && (count === 0 || page?.next); count += 1) {
      page = await this.api.listEntries(list, { before: page?.next ?? null, limit: pageLimit })
      entries.push(...page.entries)
      this.state.counts = page.counts
    }
    return entries
  }

  /** The first page of the selected list; the others are loaded when they are next looked at. */
  private async loadFirst(): Promise<Entry[]> {
    const list = this.state.selected
    this.cursors.clear()
    if (wholeLists.includes(list)) return []
    const page = await this.api.listEntries(list)
    this.cursors.set(list, page.next)
    return page.entries
  }

  private showMore(): void {
    const cursor = this.state.query !== '' ? this.searchCursor : this.cursors.get(this.state.selected)
    this.state.hasMore = typeof cursor === 'string'
  }
}
