/** All conversations this page knows of, by id; lists are views of it. What streams in is filed once per frame of the screen. */

import { computed, shallowRef, type ComputedRef } from 'vue'
import type { Entry, ListName } from '../api/types'
import { fileEntries, isCurrent, listNames } from './filing'

/** What an entry was before it was filed anew; undefined if it was not known. */
export interface EntryChange {
  entry: Entry
  previous: Entry | undefined
}

export interface EntryBookPorts {
  username(): string
  /** Runs once, soon: with the next frame of the screen, or by a timer while the page is hidden. */
  schedule(run: () => void): void
  /** Called with what the stream changed, not with what was merely loaded. */
  onChanged(changes: EntryChange[]): void
}

export class EntryBook {
  private known = new Map<string, Entry>()
  private readonly arrived = new Map<string, Entry>()
  private touched = new Set<string>()
  private readonly version = shallowRef(0)
  readonly lists: Record<ListName, ComputedRef<Entry[]>>

  constructor(private readonly ports: EntryBookPorts) {
    const view = (list: ListName) => computed(() => this.list(list))
    this.lists = Object.fromEntries(listNames.map((name) => [name, view(name)])) as Record<ListName, ComputedRef<Entry[]>>
  }

  /** Grows with each change of anything; watch it to follow. */
  get revision(): number {
    return this.version.value
  }

  /** Returns the entry, live: who reads it in a computed value is told of changes. */
  find(id: string): Entry | undefined {
    void this.version.value
    return this.known.get(id)
  }

  /** File what a call returned, now. */
  merge(entries: readonly Entry[]): void {
    for (const entry of entries) this.file(entry)
    this.version.value += 1
  }

  /** File what the stream brought, together with whatever else comes before the next frame. */
  receive(entry: Entry): void {
    const isFirst = this.arrived.size === 0
    if (isCurrent(entry, this.arrived.get(entry.conversation_id))) this.arrived.set(entry.conversation_id, entry)
    if (isFirst) this.ports.schedule(() => this.flush())
  }

  /** From here on remember what changes, so that lists loaded meanwhile do not undo it. */
  beginSync(): void {
    this.touched = new Set(this.arrived.keys())
  }

  /** The lists were loaded anew: forget everything that is not among `loaded`, changed meanwhile, or to be kept. */
  finishSync(loaded: readonly Entry[], keep: ReadonlySet<string>): void {
    const before = this.known
    this.known = new Map([...before].filter(([id]) => this.touched.has(id) || keep.has(id)))
    const changes: EntryChange[] = []
    for (const entry of loaded) {
      const previous = before.get(entry.conversation_id)
      if (!isCurrent(entry, previous)) this.known.set(entry.conversation_id, previous!)
      else if (this.file(entry)) changes.push({ entry, previous })
    }
    this.version.value += 1
    // Of the very first lists everything is new, and nothing is news.
    if (before.size > 0) this.ports.onChanged(changes)
  }

  clear(): void {
    this.known.clear()
    this.arrived.clear()
    this.version.value += 1
  }

  private flush(): void {
    const changes: EntryChange[] = []
    for (const entry of this.arrived.values()) {
      const previous = this.known.get(entry.conversation_id)
      if (this.file(entry)) changes.push({ entry, previous })
      this.touched.add(entry.conversation_id)
    }
    this.arrived.clear()
    this.version.value += 1
    if (changes.length > 0) this.ports.onChanged(changes)
  }

  private file(entry: Entry): boolean {
    if (!isCurrent(entry, this.known.get(entry.conversation_id))) return false
    this.known.set(entry.conversation_id, entry)
    return true
  }

  private list(name: ListName): Entry[] {
    void this.version.value
    return fileEntries(name, this.known.values(), this.ports.username())
  }
}
