/** An account while it is being written: what is wrong with it, and what of it has changed. Pure. */

import type { Account, AccountChange, NewAccount, Role } from '../api/types'

export const roleTitles: Record<Role, string> = {
  agent: '坐席',
  supervisor: '主管',
  admin: '管理员',
  department: '部门',
  readonly: '只读',
}
export const roleHints: Record<Role, string> = {
  agent: '接待用户，看得到本组的会话',
  supervisor: '看得到全部会话，加上看板、指派和共享常用语',
  admin: '主管的权限，加上管理账号',
  department: '只看得到转给本部门的诉求，可以答复、请补充、退回；看不到会话',
  readonly: '只能查看会话和看板，不能操作',
}
export const languageTitles: Record<string, string> = { 'zh-Hans': '简体中文', 'zh-Hant': '繁體中文', en: 'English' }

export const capacityRange = { least: 1, most: 20 } as const
const defaultCapacity = 5
const nameLimit = 32

export type AccountErrors = Partial<Record<keyof NewAccount, string>>

export function createEmptyAccount(): NewAccount {
  return {
    username: '',
    display_name: '',
    role: 'agent',
    teams: [],
    skills: [],
    languages: ['zh-Hans'],
    capacity: defaultCapacity,
    department: null,
  }
}

/** Returns what the form begins with for an account that exists. The lists are copies. */
export function copyAccount(account: Account): NewAccount {
  const { username, display_name, role, teams, skills, languages, capacity, department = null } = account
  return { username, display_name, role, teams: [...teams], skills: [...skills], languages: [...languages], capacity, department }
}

/** Returns the first mistake of each field in words for people; nothing when it can be sent. */
export function checkAccount(account: NewAccount): AccountErrors {
  const errors: AccountErrors = {}
  if (!/^[a-z0-9._-]{2,32}$/.test(account.username)) {
    errors.username = account.username === '' ? '请填写用户名' : '用户名为2–32位小写字母、数字、点、横线或下划线'
  }
  const name = account.display_name.trim()
  if (name === '') errors.display_name = '请填写姓名，用户会看到它'
  else if (Array.from(name).length > nameLimit) errors.display_name = `姓名最多${nameLimit}个字`
  if (!isCapacity(account.capacity)) {
    errors.capacity = `同时接待数为${capacityRange.least}–${capacityRange.most}`
  }
  if (account.role === 'department' && !account.department) errors.department = '请选择是哪个部门'
  return errors
}

/** Returns only what differs, so that two admins do not undo each other's changes. */
export function findChanges(before: Account, after: NewAccount): AccountChange {
  const changes: AccountChange = {}
  const name = after.display_name.trim()
  if (name !== before.display_name) changes.display_name = name
  if (after.role !== before.role) changes.role = after.role
  if (after.capacity !== before.capacity) changes.capacity = after.capacity
  const department = departmentOf(after)
  if (department !== (before.department ?? null)) changes.department = department
  if (!hasSame(before.teams, after.teams)) changes.teams = after.teams
  if (!hasSame(before.skills, after.skills)) changes.skills = after.skills
  if (!hasSame(before.languages, after.languages)) changes.languages = after.languages
  return changes
}

/** Only somebody of a department has one, whatever was chosen before the role was changed. */
export function departmentOf(account: Pick<NewAccount, 'role' | 'department'>): string | null {
  return account.role === 'department' ? (account.department ?? null) : null
}

function isCapacity(capacity: number): boolean {
  return Number.isInteger(capacity) && capacity >= capacityRange.least && capacity <= capacityRange.most
}

function hasSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value) => other.includes(value))
}
