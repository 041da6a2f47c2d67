/** True for a path on our own server; `//host` and `/\host` lead elsewhere. */
export function isOwnPath(path: string | null | undefined): path is string {
  return /^\/(?![/\\])[^\s\\]*$/.test(path ?? '')
}
