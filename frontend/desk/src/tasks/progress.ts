/** A progress entry while it is being written. Pure. */

import type { NewProgress, TaskProgress } from '../api/taskTypes'
import { countCharacters } from '../canned/draft'
import { readDay, tidyDay } from './days'

export type ProgressErrors = Partial<Record<keyof NewProgress, string>>

const noteLimit = 1000
const evidenceLimit = 500

/** As people type numbers: full width, with commas, with the unit behind. Returns digits only; null for no number. */
export function readNumber(text: string, unit: string): string | null {
  let plain = text.normalize('NFKC').replace(/[\s,]/g, '')
  const plainUnit = unit.normalize('NFKC')
  if (plainUnit !== '' && plain.endsWith(plainUnit)) plain = plain.slice(0, -plainUnit.length)
  return /^[+-]?\d{1,15}(\.\d{1,6})?$/.test(plain) ? plain.replace(/^\+/, '') : null
}

/** Returns the first mistake of each field in words for people; nothing when it can be sent. `today`: 2026-11-23. */
export function checkProgress(entry: NewProgress, unit: string, today: string): ProgressErrors {
  const errors: ProgressErrors = {}
  const day = readDay(entry.on)
  if (day === null) errors.on = entry.on.trim() === '' ? '请填日期' : '请写成2026-12-31这样的日期'
  else if (day > today) errors.on = '日期还没有到，请填已经发生的进展'
  if (entry.value.trim() !== '' && readNumber(entry.value, unit) === null) errors.value = '请只填数字，例如 86.5'
  if (entry.value.trim() === '' && entry.note.trim() === '') errors.note = '数值和说明至少填一项'
  if (entry.evidence.trim() === '') errors.evidence = '请写明依据：文号、链接或材料存放处'
  const overNote = countCharacters(entry.note.trim()) - noteLimit
  if (overNote > 0) errors.note = `说明最多${noteLimit}个字，超出${overNote}个字`
  const overEvidence = countCharacters(entry.evidence.trim()) - evidenceLimit
  if (overEvidence > 0) errors.evidence = `依据最多${evidenceLimit}个字，超出${overEvidence}个字`
  return errors
}

/** Returns what is sent of an entry without mistakes. */
export function cleanProgress(entry: NewProgress, unit: string): NewProgress {
  return {
    on: tidyDay(entry.on),
    value: entry.value.trim() === '' ? '' : (readNumber(entry.value, unit) ?? entry.value.trim()),
    note: entry.note.trim(),
    evidence: entry.evidence.trim(),
  }
}

/** Returns the entries with the newest day first, and of one day the one written last. */
export function orderProgress(entries: readonly TaskProgress[]): TaskProgress[] {
  return [...entries].sort((one, other) => other.on.localeCompare(one.on) || other.id - one.id)
}

export interface ProgressPoint {
  on: string
  value: number
}

/** Returns what a chart shows, oldest first: the number that counts for each day; none that was withdrawn. */
export function listPoints(entries: readonly TaskProgress[]): ProgressPoint[] {
  const byDay = new Map<string, number>()
  for (const entry of orderProgress(entries).reverse()) {
    if (entry.withdrawn_at === null && entry.value !== '') byDay.set(entry.on, Number(entry.value))
  }
  return [...byDay].map(([on, value]) => ({ on, value }))
}

/** Only what is surely a web address becomes a link. */
export function linkOf(evidence: string): string | null {
  const text = evidence.trim()
  return /^https?:\/\/[^\s<>"']+$/i.test(text) ? text : null
}
