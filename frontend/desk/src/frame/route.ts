/** Which page is shown, what is open on it and how it is filtered: kept in the address after #, so that a reload and the back button work. */

import { shallowReactive } from 'vue'

export type PageName = 'chats' | 'cases' | 'enterprises' | 'demand' | 'tasks' | 'overview' | 'canned' | 'accounts'

export interface Route {
  page: PageName
  /** What is open: a conversation, a case, an enterprise … */
  id: string | null
  /** How the page's list is filtered; empty values are left out. */
  query: Readonly<Record<string, string>>
}

const pages: PageName[] = ['chats', 'cases', 'enterprises', 'demand', 'tasks', 'overview', 'canned', 'accounts']

export const route = shallowReactive<Route>({ page: 'chats', id: null, query: {} })
/** Where one last was on each page: the way back leads there. */
const lastPlaces = shallowReactive(new Map<PageName, Route>())

/** Any unknown page is the chats. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?')
  const [name, id] = path.split('/')
  const page = pages.find((known) => known === name) ?? 'chats'
  return { page, id: id ? decode(id) : null, query: Object.fromEntries(new URLSearchParams(search)) }
}

export function formatRoute({ page, id, query }: Route): string {
  const given = Object.entries(query).filter(([, value]) => value !== '')
  const search = given.length > 0 ? `?${new URLSearchParams(given)}` : ''
  return `#/${page}${id !== null ? `/${encodeURIComponent(id)}` : ''}${search}`
}

/** `isStep`: the back button comes back to where one is now. Without it, only leaving the page is a step. */
export function go(page: PageName, id: string | null = null, query: Route['query'] = {}, isStep = false): void {
  Object.assign(route, { page, id, query } satisfies Route)
  remember()
  const hash = formatRoute(route)
  if (location.hash === hash) return
  if (isStep) history.pushState(history.state, '', hash)
  else history.replaceState(history.state, '', hash)
}

/** Returns where one last was on a page. */
export function lastPlaceOf(page: PageName): Route {
  return lastPlaces.get(page) ?? { page, id: null, query: {} }
}

/** Call it when somebody else sits down: their way is not the way of who sat here before. */
export function forgetPlaces(): void {
  lastPlaces.clear()
}

export function followAddress(): void {
  const read = (): void => {
    Object.assign(route, parseRoute(location.hash))
    remember()
  }
  window.addEventListener('hashchange', read)
  read()
}

function remember(): void {
  lastPlaces.set(route.page, { ...route })
}

/** An address that was cut off in the middle of a character is taken as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
