/** The calls about cases, enterprises and work items. */

import type {
  CaseCard,
  CaseChange,
  CaseDetail,
  CaseDraft,
  CaseEdit,
  CaseLinkKind,
  CasePage,
  CaseQuery,
  CaseSetup,
  EnterpriseCard,
  EnterpriseDetail,
  IssuedInvitation,
  NewCase,
  TaskName,
  WorkItem,
  WorkItemChange,
  WorkItemDetail,
  WorkItemState,
} from './caseTypes'

export interface Calls {
  call<T>(method: string, path: string, body?: object): Promise<T>
  query(values: object): string
}

export function createCaseCalls({ call, query }: Calls) {
  const get = <T>(path: string) => call<T>('GET', path)
  const post = <T>(path: string, body: object = {}) => call<T>('POST', path, body)
  const caseOf = (found: { case: CaseDetail }): CaseDetail => found.case

  return {
    getCaseSetup: () => get<CaseSetup>('/api/desk/cases/setup'),
    listCases: (asked: CaseQuery) => get<CasePage>(`/api/desk/cases${query(asked)}`),
    getCase: (id: string) => get<{ case: CaseDetail }>(casePath(id)).then(caseOf),
    fileCase: (filed: NewCase) => post<{ case: CaseDetail }>('/api/desk/cases', filed).then(caseOf),
    findDuplicates: (draft: Pick<CaseDraft, 'credit_code' | 'enterprise_name' | 'contact_phone' | 'what'>) =>
      post<{ cases: CaseCard[] }>('/api/desk/cases/duplicates', draft).then((found) => found.cases),
    editCase: (id: string, edit: CaseEdit & { version: number }) =>
      call<{ case: CaseDetail }>('PATCH', casePath(id), edit).then(caseOf),
    changeCase: (id: string, change: CaseChange) => post<{ case: CaseDetail }>(`${casePath(id)}/changes`, change).then(caseOf),
    addCaseNote: (id: string, text: string) => post<{ case: CaseDetail }>(`${casePath(id)}/notes`, { text }).then(caseOf),
    addCaseLink: (id: string, link: { kind: CaseLinkKind; target: string; title: string }) =>
      post<{ case: CaseDetail }>(`${casePath(id)}/links`, link).then(caseOf),
    removeCaseLink: (id: string, linkId: number) =>
      call<{ case: CaseDetail }>('DELETE', `${casePath(id)}/links/${linkId}`).then(caseOf),

    listEnterprises: (asked: { q?: string; before?: string | null }) =>
      get<{ enterprises: EnterpriseCard[]; next: string | null }>(`/api/desk/enterprises${query(asked)}`),
    addEnterprise: (enterprise: { credit_code: string; name: string; district: string | null }) =>
      post<unknown>('/api/desk/enterprises', enterprise),
    getEnterprise: (creditCode: string) =>
      get<{ enterprise: EnterpriseDetail }>(enterprisePath(creditCode)).then((found) => found.enterprise),
    invite: (creditCode: string, person: { role: string; person_name: string }) =>
      post<{ invitation: IssuedInvitation }>(`${enterprisePath(creditCode)}/invitations`, person).then((made) => made.invitation),
    revokeInvitation: (id: string) => call<void>('DELETE', `/api/desk/invitations/${encodeURIComponent(id)}`),
    revokeBinding: (id: string) => call<void>('DELETE', `/api/desk/bindings/${encodeURIComponent(id)}`),

    listWorkItems: (state: string) =>
      get<{ work_items: WorkItem[]; counts: Partial<Record<WorkItemState, number>> }>(`/api/desk/demand${query({ state })}`),
    getWorkItem: (id: number) => get<{ work_item: WorkItemDetail }>(`/api/desk/demand/${id}`).then((found) => found.work_item),
    changeWorkItem: (id: number, change: WorkItemChange) =>
      post<{ work_item: WorkItem }>(`/api/desk/demand/${id}/changes`, change).then((changed) => changed.work_item),
    findTaskNames: (q: string) => get<{ tasks: TaskName[] }>(`/api/desk/tasks${query({ q })}`).then((found) => found.tasks),
  }
}

function casePath(id: string): string {
  return `/api/desk/cases/${encodeURIComponent(id)}`
}

function enterprisePath(creditCode: string): string {
  return `/api/desk/enterprises/${encodeURIComponent(creditCode)}`
}
