/** The account's own menu, in either of the two forms in which the platform gives it. */

export interface MenuButton {
  name: string
  type: string
  key: string
  url: string
  subButtons: MenuButton[]
}

/** Returns the buttons, at most three with at most five below each; [] when the account has no menu. */
export function readMenu(menu: unknown): MenuButton[] {
  return listOf(menu, ['menu', 'button', 'selfmenu_info', 'buttons']).slice(0, 3).map(readButton)
}

function readButton(raw: Record<string, unknown>): MenuButton {
  const text = (name: string): string => (typeof raw[name] === 'string' ? (raw[name] as string) : '')
  const subButtons = listOf(raw.sub_button, ['list']).slice(0, 5).map(readButton)
  return { name: text('name'), type: text('type'), key: text('key'), url: text('url'), subButtons }
}

function listOf(value: unknown, wrappers: string[]): Record<string, unknown>[] {
  if (Array.isArray(value)) return value as Record<string, unknown>[]
  if (typeof value !== 'object' || value === null) return []
  const wrapped = wrappers.map((name) => (value as Record<string, unknown>)[name]).find((inner) => inner != null)
  return wrapped === undefined ? [] : listOf(wrapped, wrappers)
}
