/** What is being written about a case: kept in this tab, so that a reload or another case in between loses nothing. */

import { ref, watch, type Ref } from 'vue'
import type { Desk } from '../state/desk'

/** Returns a text that begins with what was kept for `id`, and is kept while it is written. `id` may change; null keeps nothing. */
export function useKeptText(desk: Desk, id: () => string | null): Ref<string> {
  const username = desk.session.state.me?.username ?? ''
  const read = (known: string | null): string => (known === null ? '' : desk.drafts.read(username, known).text)
  const text = ref(read(id()))
  watch(id, (next) => (text.value = read(next)), { flush: 'sync' })
  watch(text, (written) => {
    const known = id()
    if (known !== null) desk.drafts.save(username, known, { text: written, passages: [] })
  }, { flush: 'sync' })
  return text
}

/** Keeps a whole form the same way, as text. */
export class KeptForm<Form extends object> {
  private readonly username: string

  constructor(
    private readonly desk: Desk,
    private readonly id: string,
  ) {
    this.username = desk.session.state.me?.username ?? ''
  }

  /** null if nothing was kept, or nothing that can be read any more. */
  read(): Form | null {
    try {
      return JSON.parse(this.desk.drafts.read(this.username, this.id).text || 'null') as Form | null
    } catch {
      return null
    }
  }

  save(form: Form): void {
    this.desk.drafts.save(this.username, this.id, { text: JSON.stringify(form), passages: [] })
  }

  forget(): void {
    this.desk.drafts.save(this.username, this.id, { text: '', passages: [] })
  }
}

export const draftIdOf = (caseId: string, kind: string): string => `case.${caseId}.${kind}`
