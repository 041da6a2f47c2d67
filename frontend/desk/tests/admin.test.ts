import { describe, expect, test } from 'vitest'
import type { Account } from '../src/api/types'
import { findAccounts } from '../src/admin/accountList'
import { checkAccount, copyAccount, createEmptyAccount, findChanges } from '../src/admin/accountForm'

const account: Account = {
  username: 'zhangsan',
  display_name: '张三',
  role: 'agent',
  teams: ['hotline', 'ip'],
  skills: [],
  languages: ['zh-Hans'],
  capacity: 5,
  disabled: false,
  must_change_password: false,
  created_at: '2026-11-01T00:00:00Z',
  last_seen_at: null,
}
const form = copyAccount(account)

test('a complete account can be sent', () => {
  expect(checkAccount(form)).toEqual({})
})

test('an empty form names each field that is missing', () => {
  expect(Object.keys(checkAccount(createEmptyAccount()))).toEqual(['username', 'display_name'])
})

test.each(['a', 'Zhang', '张三', 'zhang san', 'x'.repeat(33)])('the user name %s is refused', (username) => {
  expect(checkAccount({ ...form, username }).username).toBe('用户名为2–32位小写字母、数字、点、横线或下划线')
})

test.each([0, 21, 2.5, Number.NaN])('a capacity of %s is refused', (capacity) => {
  expect(checkAccount({ ...form, capacity }).capacity).toBe('同时接待数为1–20')
})

test('an account without teams helps everywhere', () => {
  expect(checkAccount({ ...form, teams: [] })).toEqual({})
})

test('only what differs is sent, and the order of a list is no difference', () => {
  expect(findChanges(account, { ...form, teams: ['ip', 'hotline'], display_name: ' 张三 ' })).toEqual({})
  expect(findChanges(account, { ...form, capacity: 8, languages: ['zh-Hans', 'en'] })).toEqual({
    capacity: 8,
    languages: ['zh-Hans', 'en'],
  })
})

test('writing in the form does not touch the account', () => {
  copyAccount(account).teams.push('credit')
  expect(account.teams).toEqual(['hotline', 'ip'])
})

describe('somebody of a department', () => {
  test('must belong to one', () => {
    expect(checkAccount({ ...form, role: 'department' }).department).toBe('请选择是哪个部门')
    expect(checkAccount({ ...form, role: 'department', department: 'amr' })).toEqual({})
  })

  test('belongs to none any more in another role', () => {
    expect(findChanges({ ...account, role: 'department', department: 'amr' }, { ...form, role: 'agent', department: 'amr' })).toEqual({
      role: 'agent',
      department: null,
    })
  })
})

describe('the list', () => {
  const accounts: Account[] = [
    { ...account, username: 'gone', display_name: '离职', disabled: true },
    { ...account, username: 'b', role: 'agent', teams: ['ip'] },
    { ...account, username: 'a', role: 'agent', teams: ['hotline'] },
    { ...account, username: 'boss', role: 'admin' },
  ]
  const find = (query: string, showsDisabled = false): string[] =>
    findAccounts(accounts, query, showsDisabled).map(({ username }) => username)

  test('stands by role and name, disabled ones last and only when wanted', () => {
    expect(find('')).toEqual(['boss', 'a', 'b'])
    expect(find('', true)).toEqual(['boss', 'a', 'b', 'gone'])
  })

  test('a search finds disabled ones as well, and the titles of teams', () => {
    expect(find('离职')).toEqual(['gone'])
    expect(findAccounts(accounts, '知识产权', false, new Map([['ip', '知识产权组']]))).toHaveLength(3)
  })
})
