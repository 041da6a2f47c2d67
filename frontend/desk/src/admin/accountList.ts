/** Which accounts are shown, and in what order. Pure. */

import type { Account, Role } from '../api/types'

const ranks: Record<Role, number> = { admin: 0, supervisor: 1, agent: 2, department: 3, readonly: 4 }

/** Finds by name, user name or a team's title; disabled ones last, and only when wanted or searched for. */
export function findAccounts(
  accounts: readonly Account[],
  query: string,
  showsDisabled: boolean,
  teamTitles: ReadonlyMap<string, string> = new Map(),
): Account[] {
  const words = query.trim().toLowerCase()
  return accounts
    .filter((account) => showsDisabled || words !== '' || !account.disabled)
    .filter((account) => listTexts(account, teamTitles).some((text) => text.toLowerCase().includes(words)))
    .sort(
      (one, other) =>
        Number(one.disabled) - Number(other.disabled) ||
        ranks[one.role] - ranks[other.role] ||
        one.username.localeCompare(other.username),
    )
}

function listTexts({ username, display_name, teams }: Account, teamTitles: ReadonlyMap<string, string>): string[] {
  return [username, display_name, ...teams.map((team) => teamTitles.get(team) ?? team)]
}
