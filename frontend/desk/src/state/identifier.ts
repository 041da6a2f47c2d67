/** Returns 32 random hexadecimal digits. `crypto.randomUUID` is missing on plain http pages and old WebViews. */
export function createIdentifier(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
