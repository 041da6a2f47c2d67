/** What the list of cases is asked for, to and from the page's address. Pure. */

import type { CaseBox, CaseQuery } from '../api/caseTypes'
import type { Role } from '../api/types'

/** Those a list can be filtered by, in the order in which they are shown. */
export const filterNames = ['type', 'state', 'urgency', 'subject', 'district', 'department'] as const
export type FilterName = (typeof filterNames)[number]

export interface CaseView extends Partial<Record<FilterName, string>> {
  box: CaseBox
  q: string
  /** Only of this enterprise; the enterprise's page leads here. */
  credit_code: string
}

type Asked = Readonly<Record<string, string>>

const boxesOf: Record<'desk' | 'department', readonly CaseBox[]> = {
  desk: ['open', 'mine', 'department', 'waiting', 'overdue', 'closed', 'all'],
  department: ['open', 'waiting', 'overdue', 'closed', 'all'],
}

/** A department has only its own, and in them none of one person's. */
export function listBoxes(role: Role | undefined): readonly CaseBox[] {
  return boxesOf[role === 'department' ? 'department' : 'desk']
}

/** Unknown boxes are the first one, so that an old address still shows something. */
export function readView(query: Asked, boxes: readonly CaseBox[]): CaseView {
  const box = boxes.find((known) => known === query.box) ?? boxes[0]!
  const view: CaseView = { box, q: query.q ?? '', credit_code: query.credit_code ?? '' }
  for (const name of filterNames) if (query[name]) view[name] = query[name]
  return view
}

/** The first box is where one is anyway: it is left out. */
export function writeView(view: CaseView, boxes: readonly CaseBox[]): Record<string, string> {
  const { box, ...others } = view
  const given = Object.entries(others).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return { ...(box === boxes[0] ? {} : { box }), ...Object.fromEntries(given) }
}

export function toCaseQuery(view: CaseView): CaseQuery {
  return { ...view, q: view.q.trim() }
}

export function countFilters(view: CaseView): number {
  return filterNames.filter((name) => view[name]).length + (view.credit_code ? 1 : 0)
}

/** Returns the view without filters, in the same box and with the same search. */
export function withoutFilters({ box, q }: CaseView): CaseView {
  return { box, q, credit_code: '' }
}
