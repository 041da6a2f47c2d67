/** Which department a case probably belongs to. Pure. */

import type { CaseDepartment } from '../api/caseTypes'

export interface DepartmentGroups {
  /** Whose subjects or districts fit; those for which both fit come first. */
  suggested: CaseDepartment[]
  others: CaseDepartment[]
}

/** A department without districts is one of the whole city. */
export function groupDepartments(
  departments: readonly CaseDepartment[],
  { subject, district }: { subject: string | null; district: string | null },
): DepartmentGroups {
  const scored = departments.map((department) => ({ department, score: scoreOf(department, subject, district) }))
  const suggested = scored.filter(({ score }) => score > 0).sort((one, other) => other.score - one.score)
  return {
    suggested: suggested.map(({ department }) => department),
    others: scored.filter(({ score }) => score === 0).map(({ department }) => department),
  }
}

/** Another district's department is no suggestion, whatever it knows. */
function scoreOf({ subjects, districts = [] }: CaseDepartment, subject: string | null, district: string | null): number {
  const isElsewhere = districts.length > 0 && district !== null && !districts.includes(district)
  if (isElsewhere) return 0
  const isItsSubject = subject !== null && subjects.includes(subject)
  const isItsDistrict = district !== null && districts.includes(district)
  return (isItsSubject ? 2 : 0) + (isItsDistrict ? 1 : 0)
}
