/** What a button means, apart from its title: /name or /name{"key": "value"}. */

/** Returns the name, '' for none. */
export function payloadName(payload: string | undefined): string {
  return /^\/(\w+)/.exec(payload ?? '')?.[1] ?? ''
}
