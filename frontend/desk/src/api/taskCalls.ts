/** Every call about the reform tasks. */

import type {
  ImportPreview,
  NewProgress,
  TaskAdditions,
  TaskDetail,
  TaskOverview,
  TaskPage,
  TaskQuery,
} from './taskTypes'

export const exportPath = '/api/desk/tasks/export.xlsx'

interface Caller {
  get<T>(path: string): Promise<T>
  post<T>(path: string, body?: object): Promise<T>
  call<T>(method: string, path: string, body?: object): Promise<T>
  query(values: Record<string, string | undefined>): string
}

export function createTaskCalls({ get, post, call, query }: Caller) {
  return {
    listTasks: (asked: TaskQuery = {}) => get<TaskPage>(`/api/desk/tasks${query({ ...asked })}`),
    getTask: (id: string) => get<{ task: TaskDetail }>(task(id)).then((found) => found.task),
    changeTask: (id: string, version: number, changes: Partial<TaskAdditions>) =>
      call<{ task: TaskDetail }>('PATCH', task(id), { version, ...changes }).then((found) => found.task),
    addTaskProgress: (id: string, entry: NewProgress) =>
      post<{ task: TaskDetail }>(`${task(id)}/progress`, entry).then((found) => found.task),
    withdrawTaskProgress: (id: string, entryId: number) =>
      call<{ task: TaskDetail }>('DELETE', `${task(id)}/progress/${entryId}`).then((found) => found.task),
    getTaskOverview: () => get<TaskOverview>('/api/desk/tasks/overview'),
    previewTaskImport: (file: Blob) => post<ImportPreview>('/api/desk/tasks/import', file),
    applyTaskImport: (token: string) => post<{ applied: number }>(`/api/desk/tasks/import/${encodeURIComponent(token)}`),
  }
}

function task(id: string): string {
  return `/api/desk/tasks/${encodeURIComponent(id)}`
}
