import type { ControlApi } from './api'

/** Returns whom this tab plays: the one it played before, else the first there is, else someone new. */
export async function chooseUser(api: ControlApi, remembered: string): Promise<string> {
  const { users } = await api.readState(null)
  const known = users.find((user) => user.openid === remembered) ?? users[0]
  return known?.openid ?? (await api.createUser()).openid
}
