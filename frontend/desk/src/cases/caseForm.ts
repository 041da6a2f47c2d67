/** A case while it is being written: what it begins with, what is wrong with it, what of it has changed. Pure. */

import type { CaseDetail, CaseDraft, CaseEdit } from '../api/caseTypes'
import type { Detail } from '../api/types'
import { checkCreditCode, normaliseCreditCode } from './creditCode'

export type CaseErrors = Partial<Record<keyof CaseDraft, string>>

export const limits = { title: 60, what: 4_000, place: 500, since: 500, wish: 500, contact_name: 64, enterprise_name: 128 } as const
const phone = /^(?:(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|(?:0\d{2,3}[- ]?)?\d{7,8}(?:-\d{1,5})?)$/

export function createEmptyCase(): CaseDraft {
  return {
    type: 'help',
    title: '',
    what: '',
    subject: null,
    district: null,
    urgency: 'normal',
    place: '',
    since: '',
    wish: '',
    contact_name: '',
    contact_phone: '',
    credit_code: null,
    enterprise_name: '',
  }
}

/** Returns what a form begins with that is opened from a chat: what the assistant already wrote down, nothing asked twice. */
export function createCaseOf({ entry, summary }: Pick<Detail, 'entry' | 'summary'>): CaseDraft {
  const { handover } = entry
  const matter = handover?.matter || summary?.matter || ''
  const asked = (summary?.asked ?? []).filter((words) => !matter.includes(words))
  const creditCode = summary?.facts.find((fact) => fact.name === '统一社会信用代码')?.value ?? ''
  const isPhoneSaid = summary?.facts.find((fact) => fact.name === '电话')?.value ?? ''
  return {
    ...createEmptyCase(),
    type: handover?.reason === 'complain' ? 'complaint' : 'help',
    what: [matter, ...asked].filter(Boolean).join('\n').slice(0, limits.what),
    subject: handover?.subject ?? null,
    urgency: handover?.priority === 0 ? 'urgent' : 'normal',
    contact_phone: handover?.contact?.phone || isPhoneSaid,
    credit_code: checkCreditCode(creditCode) === '' && creditCode !== '' ? normaliseCreditCode(creditCode) : null,
  }
}

export function copyCase(known: CaseDetail): CaseDraft {
  const { type, title, what, subject, district, urgency, place, since, wish, contact, enterprise } = known
  return {
    ...{ type, title, what, subject, district, urgency, place, since, wish },
    contact_name: contact.name,
    contact_phone: contact.phone,
    credit_code: enterprise?.credit_code ?? null,
    enterprise_name: enterprise?.name ?? '',
  }
}

/** Returns it as it is sent: trimmed, the credit code as it is stored. */
export function tidyCase(draft: CaseDraft): CaseDraft {
  const trimmed = Object.entries(draft).map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value])
  const tidy = Object.fromEntries(trimmed) as CaseDraft
  return { ...tidy, credit_code: normaliseCreditCode(tidy.credit_code ?? '') || null, subject: tidy.subject || null, district: tidy.district || null }
}

/** Returns the mistake of each field in words for people; nothing when it can be sent. */
export function checkCase(draft: CaseDraft): CaseErrors {
  const errors: CaseErrors = {}
  const tidy = tidyCase(draft)
  if (tidy.what === '') errors.what = '请写下企业遇到了什么事'
  for (const name of Object.keys(limits) as (keyof typeof limits)[]) {
    if (Array.from(tidy[name]).length > limits[name]) errors[name] = `最多${limits[name]}个字`
  }
  const mistake = checkCreditCode(tidy.credit_code ?? '')
  if (mistake) errors.credit_code = mistake
  else if (tidy.credit_code && tidy.enterprise_name === '') errors.enterprise_name = '请写企业名称，和营业执照上一样'
  if (tidy.contact_phone !== '' && !phone.test(tidy.contact_phone)) errors.contact_phone = '电话号码不对，例如 13800000000 或 0571-87654321'
  return errors
}

/** Returns only what differs, what was emptied as '', so that two people do not undo each other's changes. */
export function findEdits(before: CaseDraft, after: CaseDraft): CaseEdit {
  const tidy = tidyCase(after)
  const changed = (Object.keys(tidy) as (keyof CaseDraft)[]).filter((name) => (tidy[name] || '') !== (before[name] || ''))
  return Object.fromEntries(changed.map((name) => [name, tidy[name] ?? '']))
}

/** Returns the fields in which somebody else changed the case while it was being written here, and that differ from what is written. */
export function findConflicts(base: CaseDraft, theirs: CaseDraft, ours: CaseDraft): (keyof CaseDraft)[] {
  const names = Object.keys(base) as (keyof CaseDraft)[]
  return names.filter((name) => base[name] !== theirs[name] && ours[name] !== theirs[name])
}

/** Returns what is shown after somebody else's change: their words, except where something was written here. */
export function mergeCase(base: CaseDraft, theirs: CaseDraft, ours: CaseDraft): CaseDraft {
  const names = Object.keys(base) as (keyof CaseDraft)[]
  return Object.fromEntries(names.map((name) => [name, ours[name] === base[name] ? theirs[name] : ours[name]])) as unknown as CaseDraft
}
