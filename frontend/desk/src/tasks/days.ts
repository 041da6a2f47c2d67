/** Days as people write them, and as the server wants them: 2026-12-31. Pure. */

/** Reads 2026-12-31, 2026/12/31, 2026.12.31, 20261231 and 2026年12月31日; null for what is no day of the calendar. */
export function readDay(text: string): string | null {
  const plain = text.normalize('NFKC').replace(/\s/g, '')
  const parts = /^(\d{4})(?:([-/.年])(\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))$/.exec(plain)
  if (!parts) return null
  const day = `${parts[1]}-${(parts[3] ?? parts[5])!.padStart(2, '0')}-${(parts[4] ?? parts[6])!.padStart(2, '0')}`
  const time = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day) ? day : null
}

/** Returns the day where the text is one, else the text as it is, for the check to find fault with. */
export function tidyDay(text: string): string {
  return readDay(text) ?? text.trim()
}
