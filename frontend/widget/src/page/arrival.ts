/** How a visitor came to the page: `?from=wechat` says that the server knows them from the official account's chat. */

const parameter = 'from'

export function cameFromWechat(search: string): boolean {
  return new URLSearchParams(search).get(parameter) === 'wechat'
}

/** Returns the address without the way of arrival, so that a reload or a shared link does not repeat it. */
export function withoutArrival(address: string): string {
  const url = new URL(address)
  url.searchParams.delete(parameter)
  return url.pathname + url.search + url.hash
}
