/** Returns the fields of lines like `Latitude=30.25`; lines without a name are left out. */
export function readFields(lines: string): Record<string, string> {
  const pairs = lines.split('\n').map((line) => /^\s*([^=\s]+)\s*=(.*)$/.exec(line))
  return Object.fromEntries(pairs.flatMap((match) => (match ? [[match[1] ?? '', (match[2] ?? '').trim()]] : [])))
}

/** Events worth trying, with the fields that WeChat sends along. */
export const knownEvents: Record<string, string> = {
  LOCATION: 'Latitude=30.2468\nLongitude=120.2108\nPrecision=65',
  SCAN: 'EventKey=hall-1\nTicket=ticket-hall-1',
  TEMPLATESENDJOBFINISH: 'Status=success',
  subscribe_msg_popup_event: '',
  scancode_waitmsg: 'EventKey=scan',
  kf_create_session: 'KfAccount=agent@account',
  user_authorization_revoke: '',
}
