/** Which page is shown: kept in the address after #, so that a reload and the back button work. */

import { shallowReactive } from 'vue'

export type PageName = 'chats' | 'overview' | 'canned' | 'accounts'

export interface Route {
  page: PageName
  conversationId: string | null
}

const pages: PageName[] = ['chats', 'overview', 'canned', 'accounts']

export const route = shallowReactive<Route>({ page: 'chats', conversationId: null })

/** Anything unknown is the chats. */
export function parseRoute(hash: string): Route {
  const [name, id] = hash.replace(/^#\/?/, '').split('/')
  const page = pages.find((known) => known === name) ?? 'chats'
  return { page, conversationId: page === 'chats' && id ? decodeURIComponent(id) : null }
}

export function formatRoute({ page, conversationId }: Route): string {
  return page === 'chats' && conversationId !== null ? `#/chats/${encodeURIComponent(conversationId)}` : `#/${page}`
}

export function go(page: PageName, conversationId: string | null = null): void {
  Object.assign(route, { page, conversationId })
  const hash = formatRoute(route)
  // Each conversation is not a step back of its own: the back button leaves the page.
  if (location.hash !== hash) history.replaceState(history.state, '', hash)
}

export function followAddress(): void {
  const read = (): void => void Object.assign(route, parseRoute(location.hash))
  window.addEventListener('hashchange', read)
  read()
}
